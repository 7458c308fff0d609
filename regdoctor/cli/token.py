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
    For,
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
    unknown_actions,
)
from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.distribution.token_verdicts import TokenTrust
    from regdoctor.target import Target
    from regdoctor.tokens.inspection import Inspection
    from regdoctor.tokens.report import Requested

INSPECT_EXAMPLE = (
    "Examples: regdoctor token inspect token.txt --cert gitlab-registry.crt · "
    "sudo regdoctor token inspect - --root / · regdoctor token inspect token.json --jwks keys.json --format json"
)
REQUEST_EXAMPLE = (
    "Examples: regdoctor token request https://registry.example.com group/project:pull,push --username me · "
    "regdoctor token request https://registry.example.com group/new:pull,push group/base:pull · "
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
    wanted: For = None,
    show_token: ShowToken = False,
    form: Format = Form.HUMAN,
) -> int:
    """Take a token apart and say what each registry makes of it. The token itself is not printed."""
    from regdoctor.cli import output
    from regdoctor.cli.token_asking import exit_code
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
    asked = scope_of(wanted) if wanted else None
    if asked is not None and (strange := unknown_actions(asked)):
        output.note(f"regdoctor: {strange}")
    seen = inspect(token, trust, time.time(), generation_of_options(evidence, product), asked)
    _show(seen, None, form, show_token=show_token)
    return exit_code(seen)


@app.command(name="request", epilog=REQUEST_EXAMPLE)
def request_command(
    url: Annotated[str, typer.Argument(metavar="URL", help="The registry.")],
    scope: Annotated[
        list[str],
        typer.Argument(
            metavar="REPOSITORY[:ACTIONS]...", help="group/project:pull,push; registry:catalog:*; one or several."
        ),
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
    refresh_token: Annotated[
        bool,
        typer.Option(
            "--refresh-token", help="Ask by that form for a refresh token too; it is not shown.", rich_help_panel=LOGIN
        ),
    ] = False,
    send_credentials_to: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="A token service that may have the password.", rich_help_panel=LOGIN),
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
    """Ask for a token as docker login does, show it to the registry, read with it, and take it apart.

    What was granted is held against what was asked for: less of it is exit code 1. Nothing is written.
    """
    from regdoctor.cli import options
    from regdoctor.cli.token_asking import Asking, ask, exit_code, scopes_of
    from regdoctor.evidence.token_source import TokenSource
    from regdoctor.http import Http

    asking = Asking(scopes_of(scope), oauth2, refresh_token)
    target = target_of(url, root, config)
    login = options.login(username, from_stdin=password_stdin)
    if anonymous and login is not None:
        raise UsageError("--anonymous and --username exclude each other.")
    target = dataclasses.replace(
        target,
        login=login,
        anonymous=anonymous,
        send_credentials_to=options.host("--send-credentials-to", send_credentials_to),
        ca_file=ca_file,
        offline=False,
    )
    evidence = _gathered(target, (TokenSource, Http), LIMIT)

    def trust_for(challenged: str | None) -> TokenTrust:
        return trust_of_options(evidence, cert, jwks, issuer, service or challenged)

    answer = ask(evidence, asking, trust_for, generation_of_options(evidence, product))
    if isinstance(answer, ExitCode):
        return answer
    seen, requested = answer
    _show(seen, requested, form, show_token=show_token)
    return exit_code(seen, requested)


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


def _show(seen: Inspection, requested: Requested | None, form: Form, *, show_token: bool) -> None:
    from regdoctor.cli import output
    from regdoctor.tokens.report import answer, render_json, render_text

    if form is Form.JSON:
        output.write_report(render_json(seen, requested, show_token=show_token))
        output.note(f"regdoctor: {answer(seen, requested)}")
    else:
        output.write_report(render_text(seen, requested, output.columns(), show_token=show_token))
