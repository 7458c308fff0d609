"""Walks docker login's way: a token from the realm, then GET /v2/ with it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from regdoctor.distribution.page_authors import is_page
from regdoctor.distribution.tokens import Access, read_token
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.addresses import Addresses
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.token_trials import MOST_STEPS, TokenTrials, Trial
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.credentials import realm_answer
from regdoctor.probes.hop_redirects import behind
from regdoctor.probes.oauth2_form import knows_no_form
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
_GITLABS_PATH = "/jwt/auth"
"""Where GitLab gives tokens out (config/routes.rb)."""
_HTTP_PORT = 80
_TLS_LOOK = 4.0
"""Seconds for each look without the login: by https where the realm says http, behind redirects, at GitLab's path."""


@probe(
    reads="a token from the realm (with the login where one was given, else anonymously), one signed with GitLab's key "
    f"where it can be read, and GET /v2/ with each; with the first {_SHOWN} times, at each address of the name in "
    "turn; without the login a realm by http by https too, where a redirect leads, /jwt/auth where a page answered",
    limit=3 * _DEADLINE + _ROUND + 3 * _TLS_LOOK + 1,
    network=True,
)
def token_trials(endpoints: Endpoints, source: TokenSource, addresses: Addresses | Absent, door: Http) -> TokenTrials:
    """One trial for each way to a token.

    The look at the addresses begins with the run, beside the answer that `source` waits for: it is seldom waited for.

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
    try:
        trials += _from_realm(registry, source, _reachable(registry, addresses), door)
    except CouldNotGatherError as problem:
        problems.append(problem)
    try:
        trials += _from_key(registry, source, door)
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


def _from_realm(registry: Endpoint, source: TokenSource, addresses: Sequence[str], door: Http) -> list[Trial]:
    withheld = ""
    try:
        exchange = realm_answer(door, source, () if source.login else _SCOPE, deadline=_DEADLINE)
    except CouldNotGatherError as kept:
        # Whether anything answers there is worth knowing all the same, and is asked without the password.
        withheld, source = str(kept), dataclasses.replace(source, login=None)
        exchange = ask_realm(door, source, _SCOPE, deadline=_DEADLINE)
    over_tls = _over_tls(source, door)
    how = f"from {source.realm} " + (f"for {source.login.words}" if source.login else "without a login")
    token = token_in(exchange)
    if token is None:
        by_get = _by_get(source, door) if knows_no_form(exchange) else None
        followed, steps = _followed(door, by_get or exchange)
        beside = _at_gitlabs_path(source, by_get or exchange, door)
        trial = Trial(how, True, exchange, None, None, withheld=withheld, over_tls=over_tls, by_get=by_get)
        return [dataclasses.replace(trial, followed=followed, steps=steps, at_gitlabs_path=beside)]
    try:
        read = read_token(token.reveal())
    except ValueError:
        read = None  # an opaque token is not ours to read; whether the registry takes it still is
    ping = door.send("GET", f"{registry.url}/v2/", bearer=token, deadline=_DEADLINE)
    return [
        Trial(how, True, exchange, read, ping, _repeated(registry, token, ping, addresses, door), withheld, over_tls)
    ]


def _by_get(source: TokenSource, door: Http) -> Exchange:
    """The same place by GET and without the login, which tells a service without a form from a realm that is wrong."""
    found = ask_realm(door, dataclasses.replace(source, login=None), _SCOPE, deadline=_DEADLINE)
    token_in(found)  # so that what it gives is known for a secret
    return found


def _followed(door: Http, answer: Exchange) -> tuple[Exchange | None, int]:
    """What answers in the end where the service sends clients on to, without the login, and after how many steps."""
    end = time.monotonic() + _TLS_LOOK
    last: Exchange | None = None
    for step in range(MOST_STEPS):
        left = end - time.monotonic()
        found = behind(door, last or answer, left) if left > 0 else None
        if found is None:
            return last, step
        token_in(found)  # so that what it gives is known for a secret
        last = found
    return last, MOST_STEPS


def _at_gitlabs_path(source: TokenSource, answer: Exchange, door: Http) -> Exchange | None:
    """Where a page answered: the same host's /jwt/auth, asked without the login."""
    there = read_web_address(source.realm)
    if there is None or there.path == _GITLABS_PATH or not is_page(answer.headers, answer.body):
        return None
    url = urlsplit(source.realm.strip())
    host = url.netloc.rpartition("@")[2]
    asked = dataclasses.replace(source, realm=f"{url.scheme}://{host}{_GITLABS_PATH}", login=None)
    found = ask_realm(door, asked, _SCOPE, deadline=_TLS_LOOK)
    token_in(found)  # so that what it gives is known for a secret
    return found


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


def _repeated(
    registry: Endpoint, token: Secret, first: Exchange, addresses: Sequence[str], door: Http
) -> tuple[Exchange, ...]:
    """The same token again, where it was judged the first time; replicas and keys in rotation show by it (HA-03)."""
    if first.status not in (200, 401):
        return ()
    end = time.monotonic() + _ROUND
    shown: list[Exchange] = []
    for number in range(1, _SHOWN):
        left = end - time.monotonic()
        if left <= 0:
            break
        address = addresses[number % len(addresses)] if addresses else None
        shown.append(door.send("GET", f"{registry.url}/v2/", bearer=token, deadline=left, address=address))
    return tuple(shown)


def _reachable(registry: Endpoint, looked: Addresses | Absent) -> tuple[str, ...]:
    """The name's addresses that accept a connection, where it has several; none where a proxy chooses."""
    if isinstance(looked, Absent) or looked.endpoint.url != registry.url:
        return ()
    reachable = tuple(look.address for look in looked.reachable)
    return reachable if len(reachable) > 1 else ()
