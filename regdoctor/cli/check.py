"""`regdoctor check`: the main job."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from regdoctor.check import Dialect, Severity
from regdoctor.exit_codes import ExitCode, UsageError

EXAMPLE = (
    "Examples: sudo regdoctor check all · regdoctor check all --registry https://registry.example.com · "
    "regdoctor check config gitlab.rb · regdoctor check auth clock --root /mnt/host --format json --output report.json"
)


class Level(enum.StrEnum):
    """A severity, as options name it."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def severity(self) -> Severity:
        """The severity of that name."""
        return Severity[self.name]


def complete_names(incomplete: str) -> Iterator[tuple[str, str]]:
    """`all`, families and checks that begin with what was typed, for the shell."""
    from regdoctor.catalogue import checks, families

    for name, title in (
        ("all", "every check"),
        ("config", "whatever files alone can tell"),
        *((family, "a family of checks") for family in families()),
        *((item.name, item.title) for item in checks()),
    ):
        if name.startswith(incomplete.replace("-", "_")):
            yield name, title


def complete_formats(incomplete: str) -> Iterator[str]:
    """The formats that begin with what was typed, for the shell."""
    from regdoctor.reporters import names

    yield from (name for name in names() if name.startswith(incomplete))


Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="all | config | NAME... | FAMILY... | FILE...", autocompletion=complete_names),
]
WHERE, LOGIN, REPORT, ABOUT = "What to examine", "Who asks", "What to report", "About the checks"


def command(
    names: Names = None,
    registry: Annotated[
        str | None, typer.Option(metavar="URL", help="The registry's public address.", rich_help_panel=WHERE)
    ] = None,
    gitlab: Annotated[str | None, typer.Option(metavar="URL", help="GitLab's address.", rich_help_panel=WHERE)] = None,
    debug_url: Annotated[
        str | None, typer.Option(metavar="URL", help="The registry's debug server.", rich_help_panel=WHERE)
    ] = None,
    config: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="config.yml, gitlab.rb, Helm values …; repeatable.", rich_help_panel=WHERE),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="A host's tree, mounted or copied; repeatable for several nodes.", rich_help_panel=WHERE
        ),
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="Examine each named file by itself.", rich_help_panel=WHERE)
    ] = False,
    repository: Annotated[
        str | None, typer.Option(metavar="NAME", help="A repository to try things on.", rich_help_panel=WHERE)
    ] = None,
    mount_from: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A repository whose layers a push takes over.", rich_help_panel=WHERE),
    ] = None,
    layer_size: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Of the largest layer that will be pushed: 5GB.", rich_help_panel=WHERE),
    ] = None,
    dialect: Annotated[
        Dialect | None,
        typer.Option(help="How it was installed, if that is told wrongly.", rich_help_panel=WHERE),
    ] = None,
    username: Annotated[
        str | None, typer.Option(metavar="USER", help="Whose login to use.", rich_help_panel=LOGIN)
    ] = None,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input.", rich_help_panel=LOGIN),
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Use no login that is stored on this machine.", rich_help_panel=LOGIN)
    ] = False,
    send_credentials_to: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="A token service that may have the password.", rich_help_panel=LOGIN),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Certificate authorities to trust as well.", rich_help_panel=LOGIN),
    ] = None,
    allow_writes: Annotated[
        bool,
        typer.Option(
            "--allow-writes",
            help="Try what writes, too; it is cleaned up. See --plan.",
            rich_help_panel=LOGIN,
        ),
    ] = False,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="human, short or json; repeatable.",
            autocompletion=complete_formats,
            rich_help_panel=REPORT,
        ),
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Where the format goes; repeatable, paired.",
            rich_help_panel=REPORT,
        ),
    ] = None,
    show: Annotated[Level, typer.Option(help="Show findings from here up.", rich_help_panel=REPORT)] = Level.INFO,
    fail_on: Annotated[Level, typer.Option(help="Exit 1 from here up.", rich_help_panel=REPORT)] = Level.ERROR,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 3 when anything is unknown.", rich_help_panel=REPORT)
    ] = False,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:RESOURCE]", help="Accept a finding; repeatable.", rich_help_panel=REPORT),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Name all that is healthy or not tried; tell each probe as it ends.",
            rich_help_panel=REPORT,
        ),
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.1, help="For the whole examination.", rich_help_panel=WHERE),
    ] = 60.0,
    list_: Annotated[bool, typer.Option("--list", help="List the checks.", rich_help_panel=ABOUT)] = False,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage", help="List every failure mode with its checks and their proof.", rich_help_panel=ABOUT
        ),
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be read and written.", rich_help_panel=ABOUT)
    ] = False,
) -> int:
    """Examine a registry: the local installation, or what the options name."""
    from regdoctor.cli import examination, listings, options, output

    if list_:
        listings.show_checks(names or ["all"])
        return ExitCode.HEALTHY
    if coverage:
        listings.show_coverage(names or ["all"])
        return ExitCode.HEALTHY
    chosen, files = options.words(names or [])
    ours = [path for path in files if options.may_be_ours(path)]
    for path in files:
        if path not in ours:
            output.note(f"regdoctor: {path} says nothing of a registry, and is passed over.")
    if files and not ours:
        return ExitCode.HEALTHY if each else ExitCode.NOT_EXAMINED
    if not chosen:
        raise UsageError("say what to check: `all`, a family or a check; `regdoctor check --list` shows them.")
    target = options.target(
        chosen,
        registry=registry,
        gitlab=gitlab,
        debug_url=debug_url,
        config=[*(config or []), *ours],
        roots=root or [],
        repository=repository,
        mount_from=mount_from,
        layer_size=layer_size,
        login=None if plan else options.login(username, from_stdin=password_stdin),
        ca_file=ca_file,
        allow_writes=allow_writes,
        timeout=timeout,
        dialect=dialect,
        anonymous=anonymous,
        send_credentials_to=send_credentials_to,
    )
    if plan:
        listings.show_plan(chosen, target)
        return ExitCode.HEALTHY
    writers = options.writers(formats or [], outputs or [])
    targets = options.one_by_one(target) if each else (target,)
    return examination.run(
        chosen,
        targets,
        writers,
        ignore=ignore or [],
        show=show.severity,
        fail_on=fail_on.severity,
        strict=strict,
        verbose=verbose,
        each=each,
    )
