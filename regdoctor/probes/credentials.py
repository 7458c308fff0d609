"""What goes along with requests to the registry: a token, or the login itself; none that was refused goes again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import urlsplit

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.login_gate import LoginNotTakenError, first_answer, refusal, refuses, show_login
from regdoctor.probes.token_source import ask_realm, signed, token_in
from regdoctor.redaction import Secret


class Credentials(TypedDict, total=False):
    """What `door.send` takes for credentials."""

    bearer: Secret
    basic: tuple[str, Secret]


def credentials_for(
    door: Http, source: TokenSource, scopes: Sequence[Access], *, deadline: float = 10.0, registry: str = ""
) -> Credentials:
    """The keyword arguments with which `door.send` asks the registry for these scopes.

    deadline: seconds for the question to the token service, or whether the registry takes the login. registry: the
    URL of what will be asked, to which the login may go; empty for the address that gave the challenge.

    Raises CouldNotGatherError where no token is to be had, saying why; of its kind LoginNotTakenError where the
    registry, which takes a name and a password itself, refused them or did not answer.
    """
    if not source.needed:
        return {}
    if source.scheme == "basic":
        return _basic(door, source, registry or source.registry, deadline)
    if source.key and (source.key.issuer or not source.login):
        # It opens every repository, where a login may open none; whether logins work, token_trials tells.
        return {"bearer": signed(source, source.key, scopes)}
    if source.login:
        exchange = realm_answer(door, source, scopes, deadline=deadline)
        token = token_in(exchange)
        if token is None:
            again = ", and the login is not sent again" if refusal(door, source.realm, source.login) else ""
            raise CouldNotGatherError(f"the token service gave no token: {exchange.quote().quote}{again}")
        return {"bearer": token}
    raise CouldNotGatherError(
        "the registry wants a token, and a login for it: --username and --password-stdin, or run on GitLab's own "
        f"host, where its signing key can be read{_beside(source)}"
    )


def _basic(door: Http, source: TokenSource, registry: str, deadline: float) -> Credentials:
    if source.login is None:
        raise CouldNotGatherError(f"the registry wants a login (--username, --password-stdin){_beside(source)}")
    answer = show_login(door, registry, source.login, deadline=deadline)
    if refuses(answer) or answer.status is None:
        raise LoginNotTakenError(answer)
    return {"basic": (source.login.username, source.login.password)}


def _beside(source: TokenSource) -> str:
    """What is to be told of a stored login that was not used."""
    return f"; {source.why_no_login}" if source.why_no_login else ""


def realm_answer(door: Http, source: TokenSource, scopes: Sequence[Access], *, deadline: float = 10.0) -> Exchange:
    """The token service's answer for these scopes; its refusal of the login, where it refused that before.

    With a login the first question of a run is docker login's, for no scope: only what is answered to that judges the
    login. GitLab answers 403 to a good login as well, for a scope that it protects.

    deadline: seconds for all of it. Raises CouldNotGatherError as `ask_realm` does.
    """
    if source.login is None:
        return ask_realm(door, source, scopes, deadline=deadline)
    end = time.monotonic() + deadline
    first = first_answer(
        door, source.realm, source.login, lambda left: ask_realm(door, source, (), deadline=left), deadline=deadline
    )
    # Some want to be told a scope (400); what says anything else says it whatever is asked for.
    if not scopes or refuses(first) or first.status not in (200, 400):
        return first
    return ask_realm(door, source, scopes, deadline=max(end - time.monotonic(), _LEAST))


_LEAST = 0.5
"""Seconds that the question for a scope gets, however long the first one took."""


def base_of(url: str) -> str:
    """Scheme, host and port of a URL as it has them: what stands before /v2/."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
