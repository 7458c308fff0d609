"""`regdoctor token`: a token taken apart and judged, and one asked for as docker login does."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regdoctor.cli.token_options import (
    LIMIT,
    LOGIN,
    Certs,
    Configs,
    Form,
    Format,
    Issuer,
    KeySets,
    Named,
    Roots,
    Service,
    ShowToken,
    generation_of_options,
    read_input,
    scope_of,
    target_of,
    trust_of_options,
)
from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.distribution.scopes import Access
    from regdoctor.evidence.token_source import TokenSource
    from regdoctor.probes.token_request import TokenAnswer
    from regdoctor.redaction import Secret
    from regdoctor.target import Target
    from regdoctor.tokens.inspection import Inspection
    from regdoctor.tokens.report import Requested

INSPECT_EXAMPLE = (
    "Examples: regdoctor token inspect token.txt --cert gitlab-registry.crt · "
    "sudo regdoctor token inspect - --root / · regdoctor token inspect token.json --jwks keys.json --format json"
)
REQUEST_EXAMPLE = (
    "Examples: regdoctor token request https://registry.example.com group/project:pull,push --username me · "
    "regdoctor token request https://registry.example.com registry:catalog:*"
)
app = typer.Typer(help="Take a token apart, judge it as each registry would, or ask for one.", no_args_is_help=True)


@app.command(name="inspect", epilog=INSPECT_EXAMPLE)
def inspect_command(
    file: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="A token, a header with one, or a token service's answer.")
    ] = "-",
    cert: Certs = None,
    jwks: KeySets = None,
    issuer: Issuer = None,
    service: Service = None,
    product: Named = None,
    root: Roots = None,
    config: Configs = None,
    show_token: ShowToken = False,
    form: Format = Form.HUMAN,
) -> int:
    """Take a token apart and say what each registry makes of it. The token itself is not printed."""
    from regdoctor.tokens.inspection import inspect
    from regdoctor.tokens.token_input import read_token_input

    try:
        token = read_token_input(read_input(file))
    except ValueError as error:
        raise UsageError(f"{'standard input' if file == '-' else file}: {error}.") from error
    evidence: Mapping[type, Any] = {}
    if root or config:
        evidence = _gathered(target_of(None, root, config), (), LIMIT)
    trust = trust_of_options(evidence, cert, jwks, issuer, service)
    seen = inspect(token, trust, time.time(), generation_of_options(evidence, product))
    _show(seen, None, form, show_token=show_token)
    return _exit_code(seen)


@app.command(name="request", epilog=REQUEST_EXAMPLE)
def request_command(
    url: Annotated[str, typer.Argument(metavar="URL", help="The registry.")],
    scope: Annotated[
        str, typer.Argument(metavar="REPOSITORY[:ACTIONS]", help="group/project:pull,push; registry:catalog:*")
    ],
    username: Annotated[
        str | None, typer.Option(metavar="USER", help="Whose login to use.", rich_help_panel=LOGIN)
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.", rich_help_panel=LOGIN)
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Use no login that is stored on this machine.", rich_help_panel=LOGIN)
    ] = False,
    oauth2: Annotated[
        bool, typer.Option("--oauth2", help="Ask by the POST form, not with GET.", rich_help_panel=LOGIN)
    ] = False,
    send_credentials_to: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Send the password there even without TLS.", rich_help_panel=LOGIN),
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate authorities to trust too.", rich_help_panel=LOGIN)
    ] = None,
    cert: Certs = None,
    jwks: KeySets = None,
    issuer: Issuer = None,
    service: Service = None,
    product: Named = None,
    root: Roots = None,
    config: Configs = None,
    show_token: ShowToken = False,
    form: Format = Form.HUMAN,
) -> int:
    """Ask for a token as docker login does, show it to the registry, and take it apart."""
    from regdoctor.cli import options, output
    from regdoctor.evidence.token_source import TokenSource
    from regdoctor.http import Http
    from regdoctor.injection import Absent
    from regdoctor.probe import CouldNotGatherError, NotApplicableError
    from regdoctor.probes.token_request import request_token
    from regdoctor.tokens.inspection import inspect

    asked = scope_of(scope)
    target = target_of(url, root, config)
    login = options.login(username, from_stdin=password_stdin)
    if anonymous and login is not None:
        raise UsageError("--anonymous and --username exclude each other.")
    target = dataclasses.replace(target, login=login, anonymous=anonymous, ca_file=ca_file, offline=False)
    evidence = _gathered(target, (TokenSource, Http), LIMIT)
    source, door = evidence[TokenSource], evidence[Http]
    for lacking in (source, door):
        if isinstance(lacking, Absent):
            output.note(f"regdoctor: {lacking.reason}")
            return ExitCode.NOT_EXAMINED
    try:
        got = request_token(door, source, (asked,), oauth2=oauth2, send_to=send_credentials_to)
    except (CouldNotGatherError, NotApplicableError) as reason:
        output.note(f"regdoctor: {reason}")
        return ExitCode.NOT_EXAMINED
    if got.token is None:
        output.note(f"regdoctor: the token service gave no token: {got.refusal}")
        return ExitCode.FINDINGS if got.login_refused else ExitCode.NOT_EXAMINED
    trust = trust_of_options(evidence, cert, jwks, issuer, service or source.service or None)
    seen = inspect(_guarded(got.token), trust, time.time(), generation_of_options(evidence, product))
    if got.ping is not None and got.ping.status in (200, 401):
        seen = dataclasses.replace(seen, seen_accepted=got.ping.status == 200)
    _show(seen, _requested(source, asked, got), form, show_token=show_token)
    return _exit_code(seen)


def _gathered(target: Target, kinds: tuple[type, ...], seconds: float) -> Mapping[type, Any]:
    from regdoctor.cli import output
    from regdoctor.probes.token_trust import NEEDED
    from regdoctor.runner import gather

    gathered = gather(target, (*kinds, *NEEDED), seconds)
    if bad := next((item.bad_input for item in gathered if item.bad_input), ""):
        raise UsageError(bad)
    for item in gathered:
        if item.bug:
            output.note(item.bug.rstrip())
    return {item.probe.provides: item.evidence for item in gathered}


def _guarded(token: Secret) -> Secret:
    from regdoctor.tokens.token_input import secret_token

    return secret_token(token.reveal())


def _requested(source: TokenSource, asked: Access, got: TokenAnswer) -> Requested:
    from regdoctor.tokens.report import Requested

    who = f"as {source.login.words}" if source.login else "without a login"
    beside = f" ({source.why_no_login})" if source.why_no_login else ""
    # A query may hold anything; of the realm's it is the service and the scope, which are told anyway.
    realm = dataclasses.replace(got.realm, url=got.realm.url.partition("?")[0]).quote().quote
    walked = [f"{realm}, {who}{beside}"]
    if got.ping is not None:
        walked.append(f"{got.ping.quote().quote}, with the token")
    return Requested(source.realm, source.service, (asked,), tuple(walked))


def _show(seen: Inspection, requested: Requested | None, form: Form, *, show_token: bool) -> None:
    from regdoctor.cli import output
    from regdoctor.tokens.report import answer, render_json, render_text

    if form is Form.JSON:
        output.write_report(render_json(seen, requested, show_token=show_token))
        output.note(f"regdoctor: {answer(seen, requested)}")
    else:
        output.write_report(render_text(seen, requested, output.columns(), show_token=show_token))


def _exit_code(seen: Inspection) -> ExitCode:
    from regdoctor.tokens.inspection import Result

    return {
        Result.ACCEPTED: ExitCode.HEALTHY,
        Result.REFUSED: ExitCode.FINDINGS,
        Result.UNDECIDED: ExitCode.NOT_EXAMINED,
    }[seen.result]
