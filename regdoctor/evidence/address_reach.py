"""What kinds of addresses a name stands for, and which of the looks at them prove something."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from regdoctor.evidence.addresses import AddressLook
from regdoctor.evidence.exchange import FailureKind

_SHARED = ipaddress.ip_network("100.64.0.0/10")
"""Of carriers, between them and their customers (RFC 6598); Python counts it neither as private nor as global."""


def way_is_proven(look: AddressLook, looks: Iterable[AddressLook]) -> bool:
    """Whether packets of this host come through to where the address is, by its family, and answers come back.

    One address of the family that accepts or refuses proves it; this host's own and its link's prove nothing of others.
    Else this host may have an address and a route of that family that lead nowhere, or stand behind the same NAT.
    """
    return is_loopback(look) or any(
        one.is_v6 == look.is_v6 and _answered(one) and not is_loopback(one) and not is_link_local(one) for one in looks
    )


def _answered(look: AddressLook) -> bool:
    return look.failure is None or look.failure.kind in (FailureKind.REFUSED, FailureKind.RESET)


def is_loopback(look: AddressLook) -> bool:
    """Whether it is an address that each host has for itself."""
    return _parsed(look).is_loopback


def is_link_local(look: AddressLook) -> bool:
    """Whether it holds on one link only (RFC 4291 section 2.5.6, RFC 3927): no DNS tells such; nss-myhostname does."""
    return _parsed(look).is_link_local


def is_private(look: AddressLook) -> bool:
    """Whether the Internet does not carry it (RFC 1918, RFC 4193, RFC 6598), loopback included."""
    address = _parsed(look)
    return address.is_private or (address.version == 4 and address in _SHARED)


def _parsed(look: AddressLook) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address without its zone; one that maps an IPv4 address (`::ffff:127.0.0.1`) as that."""
    address = ipaddress.ip_address(look.address.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
