"""Walks docker login's way: a token from the realm, then GET /v2/ with it."""

from __future__ import annotations

import dataclasses
import time
from urllib.parse import urlsplit

from regdoctor.distribution.tokens import Access, read_token
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.addresses import look_at_addresses
from regdoctor.probes.token_source import ask_realm, signed, token_in
from regdoctor.redaction import Secret

_DEADLINE = 8.0
"""Seconds for each of the three requests."""
_SCOPE = (Access("repository", "regdoctor/probe", ("pull",)),)
"""GitLab gives an anonymous token only to one who asks for a scope; that the scope is not granted does not matter."""
_SHOWN = 6
"""How often a token is shown in all: of two replicas behind one address, one that refuses it stays unseen once in 32
times, if they take turns at random."""
_ROUND = 4.0
"""Seconds for all that are shown after the first."""
_HTTP_PORT = 80
_TLS_LOOK = 4.0
"""Seconds for asking by https where the realm says http."""


@probe(
    reads="a token from the realm (with the login where one was given, else anonymously), one signed with GitLab's key "
    f"where it can be read, and GET /v2/ with each; with the first {_SHOWN} times, at each address of the name in "
    "turn; a realm by http also by https, without the login",
    limit=3 * _DEADLINE + _ROUND + _TLS_LOOK + 1,
    network=True,
)
def token_trials(endpoints: Endpoints, source: TokenSource, door: Http) -> TokenTrials:
    """One trial for each way to a token.

    Raises CouldNotGatherError where the registry's address is not known, or where every way ended before its trial.
    """
    if not source.needed:
        raise NotApplicableError("the registry serves without credentials")
    if source.scheme != "bearer":
        raise NotApplicableError(f"the registry does not use tokens: it asks for {source.scheme} authentication")
    registry = _asked(endpoints, source)
    if registry is None:
        raise CouldNotGatherError("the registry's address is not known")
    trials: list[Trial] = []
    problems: list[CouldNotGatherError] = []
    for way in (_from_realm, _from_key):
        try:
            trials += way(registry, source, door)
        except CouldNotGatherError as problem:
            problems.append(problem)
    if not trials:
        raise problems[0]
    return TokenTrials(tuple(trials), source.registry, source.realm, source.service)


def _asked(endpoints: Endpoints, source: TokenSource) -> Endpoint | None:
    """The address to try tokens at: the public one, unless only the one on the host could be believed."""
    internal = endpoints.internal
    return internal if internal and internal.url == source.registry else endpoints.public or internal


def _from_key(registry: Endpoint, source: TokenSource, door: Http) -> list[Trial]:
    if source.key is None:
        return []
    token = signed(source, source.key, ())
    ping = door.send("GET", f"{registry.url}/v2/", bearer=token, deadline=_DEADLINE)
    how = f"signed with {source.key.path}, as GitLab signs its own"
    return [Trial(how, False, None, read_token(token.reveal()), ping)]


def _from_realm(registry: Endpoint, source: TokenSource, door: Http) -> list[Trial]:
    withheld = ""
    try:
        exchange = ask_realm(door, source, () if source.login else _SCOPE, deadline=_DEADLINE)
    except CouldNotGatherError as kept:
        # Whether anything answers there is worth knowing all the same, and is asked without the password.
        withheld, source = str(kept), dataclasses.replace(source, login=None)
        exchange = ask_realm(door, source, _SCOPE, deadline=_DEADLINE)
    over_tls = _over_tls(source, door)
    how = f"from {source.realm} " + (f"for {source.login.words}" if source.login else "without a login")
    token = token_in(exchange)
    if token is None:
        return [Trial(how, True, exchange, None, None, withheld=withheld, over_tls=over_tls)]
    try:
        read = read_token(token.reveal())
    except ValueError:
        read = None  # an opaque token is not ours to read; whether the registry takes it still is
    ping = door.send("GET", f"{registry.url}/v2/", bearer=token, deadline=_DEADLINE)
    return [Trial(how, True, exchange, read, ping, _repeated(registry, token, ping, door), withheld, over_tls)]


def _over_tls(source: TokenSource, door: Http) -> Exchange | None:
    """The same place by https, asked without the login: whether it is there that tokens should be asked for."""
    there, registry = read_web_address(source.realm), read_web_address(source.registry)
    if there is None or registry is None or (there.scheme, registry.scheme) != ("http", "https"):
        return None
    host = f"[{there.host}]" if ":" in there.host else there.host
    own_port = there.port_is_written and there.port != _HTTP_PORT
    url = urlsplit(source.realm.strip())._replace(scheme="https", netloc=f"{host}:{there.port}" if own_port else host)
    asked = dataclasses.replace(source, realm=url.geturl(), login=None)
    found = ask_realm(door, asked, _SCOPE, deadline=_TLS_LOOK)
    token_in(found)  # so that what it gives is known for a secret
    return found


def _repeated(registry: Endpoint, token: Secret, first: Exchange, door: Http) -> tuple[Exchange, ...]:
    """The same token again, where it was judged the first time; replicas and keys in rotation show by it (HA-03)."""
    if first.status not in (200, 401):
        return ()
    end = time.monotonic() + _ROUND
    addresses = _addresses(registry)
    shown: list[Exchange] = []
    for number in range(1, _SHOWN):
        left = end - time.monotonic()
        if left <= 0:
            break
        address = addresses[number % len(addresses)] if addresses else None
        shown.append(door.send("GET", f"{registry.url}/v2/", bearer=token, deadline=left, address=address))
    return tuple(shown)


def _addresses(registry: Endpoint) -> list[str]:
    """The name's addresses that accept a connection, where it has several; none where a proxy chooses."""
    try:
        looked = look_at_addresses(registry, _ROUND)
    except NotApplicableError:
        return []
    reachable = [look.address for look in looked.reachable]
    return reachable if len(reachable) > 1 else []
