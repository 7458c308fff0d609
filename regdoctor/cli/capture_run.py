"""`regdoctor capture run`: a capture from its start to its diagnosis."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from regdoctor.capture.plan import Mode, Plan
from regdoctor.check import Dialect, Severity
from regdoctor.cli import diagnoses, output, recordings
from regdoctor.cli.check import Level
from regdoctor.cli.diagnoses import Form
from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.capture.session import Captured
    from regdoctor.formats.raw_exchange import BadRecord
    from regdoctor.suppressions import Suppression
    from regdoctor.traffic.diagnosis import Diagnosis

EXAMPLE = (
    "Examples: regdoctor capture run https://registry.example.com · regdoctor capture run --record push.flow -- skopeo "
    "copy dir:image docker://registry.example.com/group/app:1 · regdoctor capture run https://registry.example.com -- "
    "skopeo inspect --tls-verify=false docker://{registry}/group/app:1"
)
_CLIENT = "regdoctor.client"
"""Where the words behind -- are put aside, among the facts of the command line's context."""
_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[0-9.]+|localhost):(?P<port>[0-9]{1,5})")
_DEFAULT = "127.0.0.1:5080"
"""A port that neither GitLab nor a registry takes by itself, and the same at each run: daemons are told of it."""


class CommandWithClient(TyperCommand):
    """A command that puts aside what stands behind the first --, which are a client's own words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what stands before it."""
        place = args.index("--") if "--" in args else len(args)
        ctx.meta[_CLIENT] = tuple(args[place + 1 :]) if place < len(args) else None
        self.no_args_is_help = not args  # a client alone is enough
        return super().parse_args(ctx, args[:place])

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The line on usage has them."""
        return [*super().collect_usage_pieces(ctx), "[-- CLIENT ARGS...]"]


def command(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The registry; needed in reverse mode.", show_default=False)
    ] = None,
    mode: Annotated[
        Mode | None,
        typer.Option(help="Stand before the registry, or be the clients' proxy; reverse where a URL is given."),
    ] = None,
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS:PORT", help="Where to listen; port 0 is any free one.")
    ] = _DEFAULT,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the recording, without secrets, there (mode 0600).")
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option("--ca-file", metavar="FILE", help="Authorities to trust of the registry besides the system's."),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the diagnosis is shown.")] = Form.TEXT,
    path: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Where it goes.")] = None,
    dialect: Annotated[
        Dialect, typer.Option(help="How the registry was installed: the wording of remedies.")
    ] = Dialect.PLAIN,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="NAME[:RESOURCE]", help="Accept a finding; repeatable.")
    ] = None,
    show: Annotated[Level, typer.Option(help="Show findings from here up.")] = Level.INFO,
    fail_on: Annotated[Level, typer.Option(help="Exit 1 from here up.")] = Level.ERROR,
) -> int:
    """Capture what goes between clients and the registry with mitmdump, and say at the end what it shows.

    Without a client it says what to set for each kind of client, and ends by Ctrl-C. A client behind -- is run at
    once, and its end is the end: by a proxy that it is told of, or with {registry} in its words replaced by the
    capture's address where a URL is given. Nothing stays but the recording that --record names. Exit codes: 0 nothing
    found, 1 a fault, 2 cannot be started, 3 no registry seen, or the client failed and its traffic does not show why.
    """
    from regdoctor.capture.session import captured
    from regdoctor.cli import options
    from regdoctor.suppressions import parse

    accepted = parse(ignore or [])
    options.writers([], [path] if path else [])
    plan = _plan(url, mode, listen, record, ca_file, context.meta[_CLIENT])
    if record is not None:
        if path is not None and path.resolve() == record.resolve():
            raise UsageError("--record and --output name the same file.")
        _require_writable(record)
    with captured(plan, output.note, sys.stderr) as what:
        diagnosis = _told(what, dialect, accepted)
    if what.broke_off:
        output.note("regdoctor: mitmdump ended by itself; this is what it had recorded until then.")
    diagnoses.show_diagnosis(diagnosis, form, path, show.severity)
    code = diagnoses.exit_code(diagnosis, fail_on.severity)
    return _with_client(plan.client, what.client_code, diagnosis, code)


def _plan(
    url: str | None,
    mode: Mode | None,
    listen: str,
    record: Path | None,
    ca_file: Path | None,
    client: Sequence[str] | None,
) -> Plan:
    from regdoctor.cli import options

    registry = options.url("URL", url)
    if not (registry or client is not None or mode):
        raise UsageError("name the registry's URL, a client behind --, or --mode regular.")
    chosen = mode or (Mode.REVERSE if registry else Mode.REGULAR)
    if chosen is Mode.REVERSE and not registry:
        raise UsageError("reverse mode needs the registry's URL: `regdoctor capture run https://HOST`.")
    if client == ():
        raise UsageError("there is no client behind --.")
    host, port = _address(listen)
    return Plan(chosen, registry or "", host, port, record, ca_file, tuple(client or ()))


def _address(listen: str) -> tuple[str, int]:
    match = _LISTEN.fullmatch(listen)
    port = int(match["port"]) if match else -1
    if match is None or not 0 <= port <= 65535:
        raise UsageError(f"--listen {listen!r}: give an address and a port, such as {_DEFAULT}.")
    host = match["host"].strip("[]")
    return ("127.0.0.1" if host == "localhost" else host), port


def _require_writable(record: Path) -> None:
    """Raise UsageError where the recording cannot be written; a file that was not there is not left."""
    new = not record.exists()
    try:
        if not new and not record.is_file():
            raise UsageError(f"--record {record}: that is no ordinary file.")
        os.close(os.open(record, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        if new:
            record.unlink()
    except OSError as error:
        raise UsageError(f"--record {record} cannot be written: {error.strerror}.") from error


def _told(what: Captured, dialect: Dialect, accepted: Sequence[Suppression]) -> Diagnosis:
    """The diagnosis of the recording, by the same way as that of `capture analyze`."""
    from regdoctor.traffic.reading import read_recordings
    from regdoctor.traffic.telling import Telling

    telling = Telling(dialect=dialect)
    unread: list[BadRecord] = []
    if what.recording.stat().st_size:
        for recorded in recordings.readable(read_recordings([what.recording]), unread):
            telling.take(recorded)
        recordings.complain(unread, [what.recording])
    return telling.end(unread, accepted)


def _with_client(client: Sequence[str], ended: int | None, diagnosis: Diagnosis, code: int) -> int:
    """The exit code, after the client's own was said; where that failed and nothing shows why, not that of health."""
    if ended is None:
        return code
    name = Path(client[0]).name
    output.note(f"regdoctor: {name} ended {f'by signal {-ended}' if ended < 0 else f'with exit code {ended}'}.")
    if ended and diagnosis.worst() in (None, Severity.INFO):
        beyond = ", and above what cannot be seen here" if diagnosis.blind else ""
        output.note(
            f"regdoctor: {name} failed, and what was captured does not show why: see what it said itself{beyond}."
        )
        return code or ExitCode.NOT_EXAMINED
    return code
