"""Shows the login to a registry that takes names and passwords itself."""

from __future__ import annotations

from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.login_trial import LoginTrial
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.login_gate import show_login
from regdoctor.probes.token_source import password_may_go_to

_DEADLINE = 8.0
"""Seconds for each of the two requests; bcrypt of a high cost takes seconds."""


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
    outer = show_login(door, source.registry, login, deadline=_DEADLINE)
    return LoginTrial(login.username, login.words, outer, _inner(endpoints, source, door))


def _inner(endpoints: Endpoints, source: TokenSource, door: Http) -> Exchange | None:
    """The same where the registry itself listens: sent there even if it was refused, for it may be lost on the way."""
    internal = endpoints.internal
    if source.login is None or internal is None or internal.url == source.registry:
        return None
    if not password_may_go_to(internal.url, is_public=False):
        return None
    return show_login(door, internal.url, source.login, deadline=_DEADLINE)
