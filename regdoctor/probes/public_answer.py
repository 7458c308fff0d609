"""Asks GET /v2/ at the public address, as docker's first request does."""

from __future__ import annotations

from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import FailureKind
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe

_DEADLINE = 10.0
"""Seconds for each of up to three looks."""


@probe(reads="GET /v2/ at the registry's public address, without credentials", limit=3 * _DEADLINE + 1, network=True)
def public_answer(endpoints: Endpoints, door: Http) -> PublicAnswer:
    """The answer; where TLS did not verify, looks again without trust, and over plain HTTP, to say why."""
    public = endpoints.public
    if public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    ping = _ping(public, door)
    failure = ping.exchange.failure
    if failure is None or failure.kind is not FailureKind.TLS:
        return PublicAnswer(ping)
    unverified = _ping(public, door, verify=False)
    if unverified.exchange.failure is None:
        return PublicAnswer(ping, unverified=unverified)
    # The same port: where none is written, that of HTTPS.
    plain = _ping(Endpoint(f"http://{public.authority}", public.said_by), door)
    return PublicAnswer(ping, plain=plain if plain.exchange.failure is None else None)


def _ping(endpoint: Endpoint, door: Http, *, verify: bool = True) -> Ping:
    return Ping(endpoint, door.send("GET", f"{endpoint.url}/v2/", verify=verify, deadline=_DEADLINE))
