"""Shows the login to a registry that takes names and passwords itself."""

from __future__ import annotations

from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.login_trial import LoginTrial
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.token_source import password_may_go_to
from regdoctor.target import Login

_DEADLINE = 8.0
"""Seconds for each of the two requests; bcrypt of a high cost takes seconds."""
_CAP = 64 * 1024
"""Bytes of an answer that are kept."""


@probe(
    reads="GET /v2/ with the login where HTTP Basic is asked for, and where the registry itself listens as well",
    limit=2 * _DEADLINE + 1,
    network=True,
)
def login_trial(endpoints: Endpoints, source: TokenSource, door: Http) -> LoginTrial:
    """The answers. Raises NotApplicableError where there is no login, or none is asked for in this way."""
    if not source.needed:
        raise NotApplicableError("the registry serves without credentials")
    if source.scheme != "basic":
        raise NotApplicableError(f"the registry asks for {source.scheme} authentication: see login_unauthorized")
    login = source.login
    if login is None:
        raise NotApplicableError("no login was given (--username, --password-stdin)")
    return LoginTrial(login.username, login.words, _ask(source.registry, login, door), _inner(endpoints, source, door))


def _inner(endpoints: Endpoints, source: TokenSource, door: Http) -> Exchange | None:
    internal = endpoints.internal
    if source.login is None or internal is None or internal.url == source.registry:
        return None
    if not password_may_go_to(internal.url, is_public=False):
        return None
    return _ask(internal.url, source.login, door)


def _ask(url: str, login: Login, door: Http) -> Exchange:
    return door.send("GET", f"{url}/v2/", basic=(login.username, login.password), deadline=_DEADLINE, cap=_CAP)
