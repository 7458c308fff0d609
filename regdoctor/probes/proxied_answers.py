"""Asks GET /v2/ at the public address in the ways that proxies and firewalls are known to stumble over."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import ProxiedAnswers
from regdoctor.http import Http, StreamedBody
from regdoctor.probe import NotApplicableError, probe
from regdoctor.redaction import Secret

_DEADLINE = 8.0
"""Seconds for each request; there are eight, four at a time."""
_AT_ONCE = 4
"""Requests side by side: few enough for the limits that proxies set to connections of one client."""
_CAP = 64 * 1024
"""Bytes of an answer that are kept."""
_METHODS = ("HEAD", "POST", "PATCH")
_DOCKER = (
    "docker/24.0.7 go/go1.20.10 git-commit/311b9ff kernel/6.1.0 os/linux arch/amd64 "
    r"UpstreamClient(Docker-Client/24.0.7 \(linux\))"
)
"""How docker names itself (moby, dockerversion/useragent.go)."""
_SMALL = 60
_LARGE = 4400
"""Bytes before base64 makes four of each three: a token of nearly 6,000."""


@probe(
    reads="GET, HEAD, POST and PATCH /v2/ at the registry's public address: with docker's User-Agent, in chunks, and "
    "with a text in the shape of a token, small and large, which is asked at the registry's own port as well",
    limit=2 * _DEADLINE + 1,
    network=True,
)
def proxied_answers(public: PublicAnswer, endpoints: Endpoints, door: Http) -> ProxiedAnswers:
    """The answers, gathered side by side. Nothing can begin at /v2/: there is nothing to write at the API's base.

    Raises NotApplicableError where no registry answered a plain GET, or where its TLS is not verified.
    """
    ping = _asked(public)
    url = f"{ping.endpoint.url}/v2/"
    ask = partial(door.send, deadline=_DEADLINE, cap=_CAP)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        methods = {method: pool.submit(ask, method, url) for method in _METHODS}
        as_docker = pool.submit(ask, "GET", url, headers=[("User-Agent", _DOCKER)])
        small = pool.submit(ask, "GET", url, bearer=_no_token(_SMALL))
        large = pool.submit(ask, "GET", url, bearer=_no_token(_LARGE))
        chunked = pool.submit(ask, "POST", url, body=StreamedBody(lambda: iter((b"\n",)), None))
        inside = pool.submit(_inside, endpoints, door)
    return ProxiedAnswers(
        ping=ping,
        by_method={method: answer.result() for method, answer in methods.items()},
        as_docker=as_docker.result(),
        with_token=small.result(),
        with_large_token=large.result(),
        chunked=chunked.result(),
        with_token_inside=inside.result(),
    )


def _asked(public: PublicAnswer) -> Ping:
    ping = public.best
    if ping.exchange.failure is not None:
        raise NotApplicableError("nothing answers at the registry's public address")
    if ping.exchange.verified is False:
        raise NotApplicableError("the public address's TLS is not verified: see the checks of tls")
    if not (ping.is_registry or any(challenge.is_bearer for challenge in ping.challenges)):
        raise NotApplicableError("no registry answers at the public address: see not_a_registry")
    return ping


def _inside(endpoints: Endpoints, door: Http) -> Exchange | None:
    """The small token where the registry itself listens, its TLS verified like any: a token goes nowhere else."""
    internal = endpoints.internal
    if internal is None:
        return None
    return door.send("GET", f"{internal.url}/v2/", bearer=_no_token(_SMALL), deadline=_DEADLINE, cap=_CAP)


def _no_token(size: int) -> Secret:
    """Three parts as a JSON Web Token has them, the first of which is no JSON: every registry calls that malformed."""
    parts = (b"regdoctor asks; this is no token", b"-" * size, b"no signature")
    return Secret(".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "token")
