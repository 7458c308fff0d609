"""Goes on where a server sends its clients, but never to what means this very host or its cloud."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import time
from collections.abc import Sequence
from urllib.parse import urljoin

from regdoctor.distribution.web_addresses import WebAddress, is_loopback, read_web_address
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.hops import Asked, Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.transport.attempt import Attempt
from regdoctor.transport.environment_proxy import goes_through_proxy
from regdoctor.transport.failures import failure_of
from regdoctor.transport.sockets import look_up

REDIRECTS = (301, 302, 303, 307, 308)
"""What clients go on from with GET and HEAD (RFC 9110, section 15.4)."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_OF_CLOUDS: frozenset[_Address] = frozenset(
    map(
        ipaddress.ip_address,
        ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    )
)
"""Where clouds serve a machine its own secrets outside link-local addresses: AWS and Google by IPv6, Alibaba, Azure's
WireServer, Oracle Classic."""
_NAMES_OF_CLOUDS = ("metadata.google.internal", "metadata.goog")
"""The same by name: where a proxy of the environment looks names up, no address is to be seen."""
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HOST = re.compile(r"[0-9a-z._:-]{1,255}")
"""What can be a host; libraries disagree on where one ends that has other characters in it."""
_MOST = 8
"""Addresses of a name that are tried."""
_LARGEST = 4 << 20
"""Bytes of an answer that are kept: registries refuse larger manifests (maxManifestBodySize)."""
_LOOKUP = 3.0
"""Seconds for looking up a host that nothing is sent to."""
_TRY_THE_NEXT = (FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.TIMEOUT)


def target_of(exchange: Exchange) -> str | None:
    """Where the answer sends the client; None where it is no redirect, or leads nowhere."""
    location = exchange.header("Location")
    if location is None or exchange.status not in REDIRECTS:
        return None
    try:
        return urljoin(exchange.url, location)
    except ValueError:
        return None


def go_on(
    door: Http,
    method: str,
    target: str,
    answer: Exchange,
    headers: Sequence[tuple[str, str]],
    deadline: float,
    cap: int,
) -> Exchange | str:
    """What came of the request there, without credentials; in words, why it was not sent.

    target: where `answer` sends the client. deadline: seconds in all. cap: bytes of body that are kept.

    It goes to the addresses that were judged and to no others, whatever the name resolves to a moment later; where a
    proxy of the environment stands between, the proxy chooses.
    """
    there = read_web_address(target)
    if there is None:
        return door.send(
            method, target, headers=headers, deadline=deadline, cap=cap
        )  # which says what is wrong with it
    end = time.monotonic() + deadline
    by_proxy = goes_through_proxy(target)
    addresses, failed = _addresses(there, method, target, deadline)
    if refusal := _refusal(there, addresses, is_here=_is_here(answer)):
        return refusal
    if by_proxy:
        return door.send(method, target, headers=headers, deadline=max(end - time.monotonic(), 0.0), cap=cap)
    exchange = failed
    for position, address in enumerate(addresses):
        # A share each: one that swallows packets must leave time for the next.
        share = max(end - time.monotonic(), 0.0) / (len(addresses) - position)
        exchange = door.send(method, target, headers=headers, deadline=share, cap=cap, address=address)
        if exchange.status is not None or exchange.failure is None or exchange.failure.kind not in _TRY_THE_NEXT:
            break
    return exchange


def followed(door: Http, asked: Asked, headers: Sequence[tuple[str, str]], deadline: float) -> tuple[Asked, ...]:
    """The request again where its answer sends the client on to, if it does; one step.

    headers: of the request, none of them a proxy's. deadline: seconds.
    """
    target = target_of(asked.exchange)
    if target is None:
        return ()
    found = go_on(door, asked.exchange.method, target, asked.exchange, headers, deadline, _LARGEST)
    return () if isinstance(found, str) else (Asked(Purpose.FOLLOWED, found),)


def behind(door: Http, answer: Exchange, deadline: float) -> Exchange | None:
    """What answers GET where this answer sends the client on to, without credentials; one step.

    None where it is no redirect, or leads to what is not asked. deadline: seconds.
    """
    target = target_of(answer)
    found = go_on(door, "GET", target, answer, (), deadline, _LARGEST) if target is not None else None
    return None if isinstance(found, str) else found


def trustworthy(source: TokenSource | Absent, ours: Endpoint | None) -> TokenSource | Absent:
    """The source, told whether its realm is configured; Absent where that would lead to this host or its cloud, by the
    word of the challenge alone.

    ours: the token service of the configuration at hand.
    """
    if isinstance(source, Absent) or not source.needed or source.scheme != "bearer":
        return source
    if ours is not None and ours.url.partition("?")[0] == source.realm.partition("?")[0]:
        return dataclasses.replace(source, configured=True)
    there, registry = read_web_address(source.realm), read_web_address(source.registry)
    if there is None:
        return source  # nothing can be sent there
    addresses, _ = _addresses(there, "GET", source.realm, _LOOKUP)
    refusal = _refusal(there, addresses, is_here=registry is not None and _is_on_loopback(registry))
    return Absent(f"for tokens {refusal}") if refusal else source


def _is_on_loopback(server: WebAddress) -> bool:
    """Whether a server is on this host's loopback, by its name or by all that its name resolves to."""
    if server.is_loopback:
        return True
    url = f"{server.scheme}://{server.host}"
    addresses, _ = _addresses(server, "GET", url, _LOOKUP)
    return bool(addresses) and all(map(is_loopback, addresses)) and not goes_through_proxy(url)


def _addresses(there: WebAddress, method: str, target: str, deadline: float) -> tuple[list[str], Exchange]:
    """What the host resolves to, each once, and the exchange that tells why it does not."""
    attempt = Attempt(deadline)
    attempt.contacted = there.host
    try:
        found = look_up(there.host, there.port, deadline)
    except OSError as error:
        return [], Exchange(
            method, target, started=attempt.started, seconds=attempt.elapsed(), failure=failure_of(error, attempt)
        )
    return list(dict.fromkeys(str(row[4][0]) for row in found))[:_MOST], Exchange(method, target)


def _refusal(there: WebAddress, addresses: Sequence[str], *, is_here: bool) -> str:
    """Why it is not asked: a server elsewhere may send nobody to this host's own services.

    is_here: whether the server itself is on this host's loopback, so that it may send its clients there.
    """
    if not _HOST.fullmatch(there.host):
        return f"the registry sends clients to {there.host[:80]!r}, which is no host: not asked"
    is_cloud = there.host.rstrip(".") in _NAMES_OF_CLOUDS
    loops = is_loopback(there.host) or any(_unwrapped(one).is_loopback for one in addresses)
    if is_cloud or any(_is_off_limits(_unwrapped(one)) for one in addresses) or (loops and not is_here):
        return f"the registry sends clients to {there.host[:80]}, which means this very host or its cloud: not asked"
    return ""


def _is_off_limits(address: _Address) -> bool:
    is_this_network = address.version == 4 and address in _THIS_NETWORK
    special = address.is_link_local or address.is_unspecified or address.is_multicast
    return special or is_this_network or address in _OF_CLOUDS


def _unwrapped(text: str) -> _Address:
    """The address that is meant: an IPv4 address in an IPv6 one leads to the IPv4 one (RFC 4291, 6052 and 3056)."""
    address = ipaddress.ip_address(text)
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    is_compatible = int(address) >> 32 == 0 and int(address) > 1
    if is_compatible or address in _NAT64:
        return last
    return address.ipv4_mapped or address.sixtofour or address


def _is_here(answer: Exchange) -> bool:
    """Whether the server that gave the answer is on this host's loopback, by its name or where it was connected to."""
    asked = read_web_address(answer.url)
    if asked is None or asked.is_loopback:
        return asked is not None
    peer = (answer.peer or "").rpartition(":")[0].strip("[]")
    return is_loopback(peer) and not goes_through_proxy(answer.url)
