"""The hosts that a registry sends clients on to, in recorded traffic: whose they are, and whether they answer."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.exchange import FailureKind
from regdoctor.formats.s3_hosts import is_address, is_inside_name

_NO_WAY = (FailureKind.NAME, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.TIMEOUT)
"""Not RESET: clients break off as well."""
_WORDS = ("connect call failed", "connection refused", "not known", "no address", "unreachable", "timed out", "resolve")
"""How a recorder that answers 502 itself says that it found no way (mitmproxy, Python's socket errors)."""


def host_of(url: str) -> str:
    """The host of an address in lower case, without its port; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def is_private_host(host: str) -> bool:
    """Whether a name or an address means something only inside a machine, a cluster or a private network."""
    if not host or not is_address(host):
        return bool(host) and is_inside_name(host)
    address = ipaddress.ip_address(host)
    return address.is_private or address.is_loopback


def no_way(call: Call) -> str:
    """Why nobody answered a client that was sent on to a bucket; empty where somebody did, or it is not known."""
    if call.part is not Part.STORE or call.sent_by is None:
        return ""
    failure, told = call.exchange.failure, call.recorded.by_recorder
    if failure is not None and call.status is None:
        return failure.message if failure.kind in _NO_WAY else ""
    return told if any(words in told.lower() for words in _WORDS) else ""
