"""Walks docker login's way: a token from the realm, then GET /v2/ with it."""

from __future__ import annotations

from regdoctor.distribution.tokens import Access, read_token
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.token_source import ask_realm, signed, token_in

_SCOPE = (Access("repository", "regdoctor/probe", ("pull",)),)
"""GitLab gives an anonymous token only to one who asks for a scope; that the scope is not granted does not matter."""


@probe(
    reads="a token from the realm (with the login where one was given, else anonymously), one signed with GitLab's key "
    "where it can be read, and GET /v2/ with each",
    limit=25.0,
)
def token_trials(endpoints: Endpoints, source: TokenSource, door: Http) -> TokenTrials:
    """One trial for each way to a token. Raises CouldNotGatherError where the registry's address is not known."""
    if not source.needed:
        raise NotApplicableError("the registry serves without credentials")
    if source.scheme != "bearer":
        raise NotApplicableError(f"the registry does not use tokens: it asks for {source.scheme} authentication")
    registry = endpoints.public or endpoints.internal
    if registry is None:
        raise CouldNotGatherError("the registry's address is not known")
    trials = [_from_realm(registry, source, door)]
    if source.key:
        token = signed(source, source.key, ())
        ping = door.send("GET", f"{registry.url}/v2/", bearer=token)
        how = f"signed with {source.key.path}, as GitLab signs its own"
        trials.append(Trial(how, False, None, read_token(token.reveal()), ping))
    return TokenTrials(tuple(trials))


def _from_realm(registry: Endpoint, source: TokenSource, door: Http) -> Trial:
    how = f"from {source.realm} " + (f"for {source.login.username}" if source.login else "without a login")
    exchange = ask_realm(door, source, () if source.login else _SCOPE)
    token = token_in(exchange)
    if token is None:
        return Trial(how, True, exchange, None, None)
    try:
        read = read_token(token.reveal())
    except ValueError:
        read = None  # an opaque token is not ours to read; whether the registry takes it still is
    return Trial(how, True, exchange, read, door.send("GET", f"{registry.url}/v2/", bearer=token))
