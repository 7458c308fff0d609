"""What the looks at a name's addresses tell apart: dead ones, and those that this host could not try."""

from __future__ import annotations

import ipaddress

from regdoctor.evidence.addresses import AddressLook

NOT_TRIED = "this host could not try it"
"""How the failure of a connection ends that never left this host: no route to that family, no address of it, a firewall
of its own, no descriptor left."""

_SHARED = ipaddress.ip_network("100.64.0.0/10")
"""Of carriers, between them and their customers (RFC 6598); Python counts it neither as private nor as global."""


def was_not_tried(look: AddressLook) -> bool:
    """Whether the look says something of this host alone, and nothing of the address."""
    return look.failure is not None and look.failure.message.endswith(NOT_TRIED)


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
