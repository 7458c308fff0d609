"""Looks the registry's name up, and connects to each of its addresses by TCP."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.evidence.addresses import Addresses
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.probe import NotApplicableError, probe
from regdoctor.transport.attempt import Attempt
from regdoctor.transport.environment_proxy import goes_through_proxy
from regdoctor.transport.failures import failure_of
from regdoctor.transport.sockets import AddressInfo, look_up
from regdoctor.transport.tcp_look import look_side_by_side

_MOST = 16
"""Addresses that are connected to; a name with more is a large service, or somebody's joke."""
_DEADLINE = 5.0
"""Seconds for lookup and connections together; a SYN that was lost is sent again after 1 s and 3 s (RFC 6298)."""


@probe(
    reads="the addresses of the registry's public name, with a TCP connection to each",
    limit=_DEADLINE + 1,
    network=True,
)
def addresses(endpoints: Endpoints) -> Addresses:
    """The addresses of the public endpoint.

    Raises NotApplicableError where there is none, or where a proxy of the environment stands before it.
    """
    if endpoints.public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    return look_at_addresses(endpoints.public, _DEADLINE)


def look_at_addresses(endpoint: Endpoint, deadline: float) -> Addresses:
    """What the endpoint's name resolves to, and which of it accepts a connection; side by side, at most 16.

    deadline: seconds for the lookup and the connections together.

    Raises NotApplicableError where this host reaches the endpoint through a proxy: what the name is here says
    nothing then.
    """
    refuse_behind_a_proxy(endpoint)
    attempt = Attempt(deadline)
    try:
        found = look_up(endpoint.host, endpoint.port, deadline)
    except OSError as error:
        attempt.contacted = endpoint.host
        failure = failure_of(error, attempt)
        return Addresses(endpoint, (), attempt.elapsed(), failure)
    seconds = attempt.elapsed()
    distinct = _distinct(found)
    looks = look_side_by_side(distinct[:_MOST], attempt.remaining())
    cut = f"{endpoint.host}: {len(distinct)} addresses, of which the first {_MOST} were looked at"
    failure_of_list = Failure(FailureKind.NAME, cut) if len(distinct) > _MOST else None
    return Addresses(endpoint, looks, seconds, failure_of_list)


def refuse_behind_a_proxy(endpoint: Endpoint) -> None:
    """Raise NotApplicableError where the environment names a proxy for the endpoint."""
    if goes_through_proxy(endpoint.url):
        raise NotApplicableError(f"{endpoint.url} is reached through a proxy of the environment")


def _distinct(found: Iterable[AddressInfo]) -> list[AddressInfo]:
    """Each address once, in the order of the resolver."""
    first: dict[object, AddressInfo] = {}
    for row in found:
        first.setdefault(row[4][0], row)
    return list(first.values())
