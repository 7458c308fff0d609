"""`regdoctor hops`: the same request at every hop, and at which one it goes wrong."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regdoctor.check import Dialect
from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.hops.place import Place
    from regdoctor.hops.rows import Walk
    from regdoctor.probes.hops import Wish
    from regdoctor.target import Target

EXAMPLE = (
    "Examples: regdoctor hops https://registry.example.com · regdoctor hops registry.example.com/group/image:tag "
    "--username me · sudo regdoctor hops --root / · sudo regdoctor hops --root / --push --size 200MB "
    "--repository group/project · regdoctor hops registry.example.com --upstream http://10.0.0.5:5000 --format json"
)
WHERE, LOGIN, PUSH, REPORT = "What to ask", "Who asks", "Trial push", "What to report"
_SECONDS, _SECONDS_OF_PUSH = 60.0, 300.0
_LARGEST = 10 * 10**9
"""Bytes: a registry keeps what cannot be removed again."""


class Form(enum.StrEnum):
    """How the walk is shown."""

    HUMAN = "human"
    SHORT = "short"
    JSON = "json"


def command(
    place: Annotated[
        str | None, typer.Argument(metavar="[URL | IMAGE]", help="The registry, a /v2/ address, or an image.")
    ] = None,
    push: Annotated[
        bool,
        typer.Option(
            "--push",
            help="Push a real image through each hop; what cannot be removed again is told.",
            rich_help_panel=PUSH,
        ),
    ] = False,
    size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Of its layer: 2MB, 200MB, 1GiB.", rich_help_panel=PUSH)
    ] = None,
    repository: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where to push, and to look for an image.", rich_help_panel=PUSH)
    ] = None,
    upstream: Annotated[
        str | None, typer.Option(metavar="URL", help="What stands behind the proxy.", rich_help_panel=WHERE)
    ] = None,
    gitlab: Annotated[str | None, typer.Option(metavar="URL", help="GitLab's address.", rich_help_panel=WHERE)] = None,
    debug_url: Annotated[
        str | None, typer.Option(metavar="URL", help="The registry's debug server.", rich_help_panel=WHERE)
    ] = None,
    config: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="config.yml, nginx.conf …; repeatable.", rich_help_panel=WHERE),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="The registry host's tree: / on the host itself.", rich_help_panel=WHERE),
    ] = None,
    dialect: Annotated[
        Dialect | None, typer.Option(help="How it was installed, if that is told wrongly.", rich_help_panel=WHERE)
    ] = None,
    username: Annotated[
        str | None, typer.Option(metavar="USER", help="Whose login to use.", rich_help_panel=LOGIN)
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.", rich_help_panel=LOGIN)
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Use no login that is stored on this machine.", rich_help_panel=LOGIN)
    ] = False,
    send_credentials_to: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="A token service that may have the password.", rich_help_panel=LOGIN),
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate authorities to trust too.", rich_help_panel=LOGIN)
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.1, help="For all: 60, with --push 300.", rich_help_panel=WHERE),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the walk is shown.", rich_help_panel=REPORT)] = Form.HUMAN,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where it goes.", rich_help_panel=REPORT)
    ] = None,
) -> int:
    """Send the same request to every hop between a client and the bytes, and say at which one it goes wrong."""
    from regdoctor.cli import options
    from regdoctor.cli.sizes import size_of
    from regdoctor.hops.place import read_place
    from regdoctor.probes.hops import Wish

    if size is not None and not push:
        raise UsageError("--size is that of a trial push: give --push too.")
    named = read_place(place) if place is not None else None
    reference = named.reference if named else None
    if reference and repository and repository != named_repository(named):
        raise UsageError(f"an image of another repository than --repository {repository} was named.")
    target = options.target(
        ("hops",),
        registry=named.url if named else None,
        gitlab=gitlab,
        debug_url=debug_url,
        config=config or [],
        roots=root or [],
        repository=repository or named_repository(named),
        login=options.login(username, from_stdin=password_stdin),
        ca_file=ca_file,
        allow_writes=push,
        timeout=timeout if timeout is not None else _SECONDS_OF_PUSH if push else _SECONDS,
        dialect=dialect,
        anonymous=anonymous,
        send_credentials_to=send_credentials_to,
    )
    wish = Wish(target.repository, reference, options.url("--upstream", upstream), push)
    if size is not None:
        wish = Wish(
            target.repository, reference, options.url("--upstream", upstream), push, size_of("--size", size, _LARGEST)
        )
    options.writers([], [output] if output else [])
    return _run(target, wish, form, output)


def named_repository(named: Place | None) -> str | None:
    """The repository of the image that was named; None where none was."""
    return named.repository if named is not None else None


def _run(target: Target, wish: Wish, form: Form, path: Path | None) -> int:
    import time

    from regdoctor.cli import output
    from regdoctor.hops.foreseen import with_foreseen
    from regdoctor.hops.rows import walk_of
    from regdoctor.hops.verdict import Result
    from regdoctor.probe import CouldNotGatherError
    from regdoctor.probes.hops import NEEDED, walk
    from regdoctor.runner import gather

    end = time.monotonic() + target.timeout
    # Half of the time: a silent server must leave some to ask the other hops.
    gathered = gather(target, NEEDED, target.timeout / 2)
    if bad := next((item.bad_input for item in gathered if item.bad_input), ""):
        raise UsageError(bad)
    evidence: Mapping[type, Any] = {item.probe.provides: item.evidence for item in gathered}
    try:
        shown = walk_of(with_foreseen(walk(target, evidence, wish, end), evidence))
    except CouldNotGatherError as reason:
        output.note(f"regdoctor: {reason}")
        return ExitCode.NOT_EXAMINED
    _show(shown, form, path)
    if bugs := [item.bug for item in gathered if item.bug]:
        output.note("\n".join(bug.rstrip() for bug in bugs))
        output.note("regdoctor: this is a bug in regdoctor; please report it with the lines above")
        return ExitCode.BUG
    return {
        Result.FINE: ExitCode.HEALTHY,
        Result.FAULT: ExitCode.FINDINGS,
        Result.NOTHING: ExitCode.NOT_EXAMINED,
    }[shown.verdict.result]


def _show(shown: Walk, form: Form, path: Path | None) -> None:
    """The walk, to its file or to standard output; whoever gets no page for people reads the sentence beside it."""
    from regdoctor.cli import output
    from regdoctor.hops.picture import picture
    from regdoctor.hops.report import render_json, render_short

    to_file = path is not None and str(path) not in ("-", "/dev/stdout")
    if form is Form.JSON:
        text = render_json(shown)
    elif form is Form.SHORT:
        text = render_short(shown)
    else:
        text = picture(shown, 80 if to_file else output.columns(), colour=output.is_terminal() and not to_file)
    if path is not None and to_file:
        output.save(path, text)
    else:
        output.write_report(text)
    if to_file or form is Form.JSON:
        output.note(f"regdoctor: {shown.sentence}")
