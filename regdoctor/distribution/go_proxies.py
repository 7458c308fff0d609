"""How Go's programs (dockerd, containerd, podman) take HTTP_PROXY, HTTPS_PROXY and NO_PROXY."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

SCHEMES = ("http", "https", "socks5", "socks5h")
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)")
_AUTHORITY = re.compile(
    r"(?:[^@:]*(?::.*)?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.~!$&'()*+,;=<>\"-]*)(?::(?P<port>[0-9]*))?"
)
"""What url.Parse of Go takes: a port is made of digits, or of nothing; a host may have even quotation marks."""
_PASSWORD = re.compile(r"(?:[^/@]*//)?+[^:@/]*:(.*)@", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """A proxy as Go's programs come to call it."""

    url: str
    """With its scheme; `http://` is put before what has none. Its user and password are in it."""
    host: str
    """Lower case, without brackets; empty where it has none."""
    is_meant: bool = True
    """False where the value is no usable URL and Go takes its scheme for the name of the proxy's host."""

    @property
    def is_http(self) -> bool:
        """Whether it speaks HTTP, and not SOCKS."""
        return self.url.lower().startswith(("http:", "https:"))


def parse_proxy(text: str) -> ProxyAddress | None:
    """What Go makes of the value of HTTPS_PROXY; None where it cannot parse it, and then uses no proxy at all.

    Source: golang.org/x/net/http/httpproxy, parseProxy: what does not parse, or has a scheme of another kind, is tried
    again with `http://` before it (so that of `ftp://proxy` the host is `ftp`); what then does not parse is passed over
    in silence.
    """
    if _CONTROL.search(text):
        return None
    url = _URL.fullmatch(text)
    if url is not None and url["scheme"].lower() in SCHEMES:
        found = _authority(url["rest"])
        if found is not None:
            return _address_of(text, found, is_meant=True)
    found = _authority(text)
    return _address_of(f"http://{text}", found, is_meant="://" not in text) if found is not None else None


def _authority(rest: str) -> re.Match[str] | None:
    return _AUTHORITY.fullmatch(re.split(r"[/?#]", rest, maxsplit=1)[0])


def _address_of(url: str, found: re.Match[str], *, is_meant: bool) -> ProxyAddress:
    return ProxyAddress(url, found["host"].strip("[]").lower(), is_meant)


def password_in(text: str) -> str:
    """The password in the address of a proxy, as it is written; empty where there is none.

    Also of what Go cannot parse: nobody should read it there either.
    """
    found = _PASSWORD.match(text)
    return found[1] if found is not None else ""


def bypasses(no_proxy: str, host: str, port: int) -> bool:
    """Whether Go reaches `host` (a name or an address, no brackets) and `port` directly, whatever the proxy is.

    Source: golang.org/x/net/http/httpproxy, useProxy: localhost and loopback addresses always; `*`; an entry that is
    the name or an end of it from a dot on; an address; a network, which fits addresses alone, never names; each with
    a port or without.
    """
    name = host.lower().strip()
    address = _address(name)
    if name == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(entry_fits(entry, name, port) for entry in entries(no_proxy))


def entries(no_proxy: str) -> tuple[str, ...]:
    """The entries of NO_PROXY: what stands between commas, without blanks around it, in lower case."""
    return tuple(entry for piece in no_proxy.split(",") if (entry := piece.strip().lower()))


def entry_fits(entry: str, host: str, port: int) -> bool:
    """Whether one entry of NO_PROXY covers `host` (lower case) and `port`."""
    if entry == "*":
        return True
    address = _address(host)
    if "/" in entry:
        network = _network(entry)
        return network is not None and address is not None and address in network
    name, written = _host_and_port(entry)
    if not name or (written and written != str(port)):
        return False
    own = _address(name)
    if own is not None:
        return own == address
    name = name.removeprefix("*")
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def entry_problem(entry: str) -> str:
    """Why an entry of NO_PROXY can never cover any host, in words to follow it; empty where it can."""
    if "://" in entry:
        return "has a scheme, and hosts have none"
    if "/" in entry and _network(entry) is None:
        return "has a path, and is no network such as 10.0.0.0/8"
    if re.search(r"\s", entry):
        return "holds a blank, and entries are separated by commas"
    if ";" in entry or "|" in entry:
        return "is separated with another sign than a comma"
    if "*" in entry.removeprefix("*.") and entry != "*":
        return "has an asterisk elsewhere than before its first dot"
    return ""


def _host_and_port(entry: str) -> tuple[str, str]:
    """As net.SplitHostPort: an entry with several colons and no brackets is a host alone."""
    match = re.fullmatch(r"\[(?P<inner>[^\[\]]*)\]:(?P<port>[^:]*)|(?P<host>[^:\[\]]*):(?P<number>[^:]*)", entry)
    if match is None:
        return entry, ""
    return match["inner"] or match["host"] or "", match["port"] or match["number"] or ""


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    address, _, bits = text.partition("/")
    if _address(address) is None or not re.fullmatch(r"[0-9]{1,3}", bits):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
