"""Which hosts a certificate speaks for: names, wildcards and addresses, as Go's crypto/x509 matches them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

_LABEL = re.compile(r"[a-z0-9_][a-z0-9_-]*", re.ASCII | re.IGNORECASE)
"""What Go takes for a label of a name (crypto/x509/verify.go, validHostname); the underscore is its concession."""
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def covers(name: str, pattern: str) -> bool:
    """Whether `pattern`, a dNSName of a certificate, stands for the host `name`.

    A wildcard is the whole left-most label and stands for exactly one (RFC 6125 section 6.4.3); `*` alone stands for
    nothing. Case does not count, in ASCII alone; names of other scripts are compared as they are written, so as
    A-labels. A dot at the end of `name` is no part of it. Where either is no proper name, they must be the same.
    """
    host = name.translate(_LOWER)
    wanted = pattern.translate(_LOWER)
    if not (_is_host(host) and _is_pattern(wanted)):
        return host == wanted and host not in ("", ".")
    labels = host.removesuffix(".").split(".")
    given = wanted.split(".")
    return len(labels) == len(given) and given[0] in ("*", labels[0]) and labels[1:] == given[1:]


def is_covered(host: str, dns_names: Iterable[str], ip_addresses: Iterable[str]) -> bool:
    """Whether one of a certificate's names stands for `host`.

    An address, in brackets or not, is looked for among the addresses alone, however each is spelt; a name among the
    names alone (crypto/x509/verify.go, VerifyHostname).
    """
    address = host_address(host)
    if address is None:
        return any(covers(host, pattern) for pattern in dns_names)
    return any(host_address(written) == address for written in ip_addresses)


def host_address(host: str) -> Address | None:
    """The address that `host` is, in brackets or not; None for a name. An IPv4 address within IPv6 is the IPv4 one."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _is_host(name: str) -> bool:
    return all(_LABEL.fullmatch(label) for label in name.removesuffix(".").split("."))


def _is_pattern(pattern: str) -> bool:
    first, _, rest = pattern.partition(".")
    if first == "*":
        return all(_LABEL.fullmatch(label) for label in rest.split("."))
    return all(_LABEL.fullmatch(label) for label in pattern.split("."))
