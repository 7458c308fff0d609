"""Asks GET /v2/ at the public address by HTTP/2, as Go's default client does where the server chooses it."""

from __future__ import annotations

from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.http2_answer import Http2Answer, Http2End, Http2Look
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.addresses import refuse_behind_a_proxy
from regdoctor.transport.http2_look import get_by_http2

_DEADLINE = 5.0
"""Seconds for each of up to two looks."""


@probe(
    reads="GET /v2/ at the registry's public address by HTTP/2, where it is chosen; without credentials",
    limit=2 * _DEADLINE + 1,
    network=True,
)
def http2_answer(endpoints: Endpoints) -> Http2Answer:
    """The answer; what fails is tried a second time, so that chance is told from a fault.

    Raises NotApplicableError where the address is none of https, is reached through a proxy, or does not choose h2;
    CouldNotGatherError where no TLS connection comes about.
    """
    public = endpoints.public
    if public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    if public.scheme != "https":
        raise NotApplicableError(f"{public.url} speaks no TLS, and clients use HTTP/2 over TLS alone")
    refuse_behind_a_proxy(public)
    looks = [_look(public.url)]
    if looks[0].end is not Http2End.ANSWERED:
        looks.append(_look(public.url))
    return Http2Answer(public, tuple(looks))


def _look(url: str) -> Http2Look:
    look = get_by_http2(f"{url}/v2/", _DEADLINE)
    if look.end is Http2End.NOT_CHOSEN:
        raise NotApplicableError(f"{url} offers no HTTP/2: every client speaks HTTP/1.1 there")
    if look.end is Http2End.NOT_REACHED:
        said = look.exchange.failure.message if look.exchange.failure else look.end.value
        raise CouldNotGatherError(f"HTTP/2 was not tried: {said}")
    return look
