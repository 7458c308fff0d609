"""Addresses in a flow: of its connections, and the URL that was asked for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from regdoctor.formats.raw_exchange import Headers

_MAY_BE_ADDRESS = re.compile(r"[0-9a-fA-F:.\[\]]{2,60}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def url_of(scheme: str, host: str, port: Any, path: str, headers: Headers, authority: str, mode: str) -> str:
    """The whole URL. Raises ValueError for a port that is no number.

    mode: the recorder's. A transparent proxy knows the address alone, and the Host header (authority: HTTP/2's) has
    the name; in reverse mode the header may name the proxy itself.
    """
    if is_address(host) and not mode.startswith("reverse"):
        host = _asked_host(headers, authority) or host
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    suffix = "" if port in (_DEFAULT_PORTS.get(scheme), None, 0) else f":{int(str(port))}"
    return f"{scheme}://{shown}{suffix}{path if path.startswith('/') else ''}"


def _asked_host(headers: Headers, authority: str) -> str:
    """The name that was asked for; empty where it is an address as well."""
    asked = next((value for name, value in headers if name.lower() == "host"), "") or authority
    host, _, port = asked.partition(":")
    if not asked or is_address(host):
        return ""
    return host if port.rpartition(":")[2].isdigit() else asked


def capture_origin(mode: Any, client: Mapping[str, Any]) -> str:
    """The origin that clients use for a recorder in reverse mode; they may have used TLS or not."""
    if not isinstance(mode, str) or not mode.startswith("reverse:"):
        return ""
    address = shown_address(client.get("sockname"), port=True)
    return f"{'https' if client.get('timestamp_tls_setup') else 'http'}://{address}" if address else ""


def shown_address(value: Any, *, port: bool) -> str:
    """Host and port of a connection's end, or its host alone; empty where there is none."""
    if not isinstance(value, list | tuple) or len(value) < 2 or not isinstance(value[0], str) or not value[0]:
        return ""
    host = value[0].removeprefix("::ffff:")
    if not port:
        return host
    return f"[{host}]:{int(value[1])}" if ":" in host else f"{host}:{int(value[1])}"


def is_address(host: str) -> bool:
    """Whether it is an IP address and no name."""
    if not _MAY_BE_ADDRESS.fullmatch(host):
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
