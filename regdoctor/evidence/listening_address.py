"""Where the registry listens, and whether a destination of nginx is that place."""

from __future__ import annotations

import re

from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.formats.nginx_addresses import Address
from regdoctor.formats.nginx_destinations import Destination
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_LOOPBACK = re.compile(r"localhost|127\..*|::1")
_ANY = ("", "0.0.0.0", "[::]", "::", "*")  # noqa: S104 - compared, not bound
_REGISTRY_NAME = re.compile(r"registry|distribution|docker")
"""Words in the names that a registry's container is given."""


def leads_there(destination: Destination, config: RegistryConfig | Absent) -> bool | None:
    """Whether it leads to where the registry listens; None where that cannot be told."""
    listening = listens_at(config)
    if listening is None or isinstance(config, Absent):
        return None
    host, port = listening
    if any(_is_there(address, host, port) for address in destination.addresses):
        return True
    address = config.http_address()
    by_image = address is not None and address.place.layer == "default"
    is_open = any(_may_be_there(one, host, port, by_image=by_image) for one in destination.addresses)
    return None if is_open else False


def listens_at(config: RegistryConfig | Absent) -> tuple[str, int | None] | None:
    """Host and port of http.addr, or `unix:/path` and None; None where it is not known."""
    if isinstance(config, Absent):
        return None
    address = config.http_address()
    text = address.text() if address else None
    if not text:
        return None
    network = config.at("http", "net")
    if network is not None and network.text() == "unix":
        return f"unix:{text}", None
    host, _, port = text.rpartition(":")
    number = whole_number(port)
    return None if number is None else (host.strip("[]").lower(), number)


def _may_be_there(address: Address, host: str, port: int | None, *, by_image: bool) -> bool:
    """Whether a server that is not the registry by its name may be so: its name is open, or only known in a network.

    by_image: whether the registry is in a container, which other hosts may reach at another port.
    """
    if "$" in address.host:
        return True
    if host not in _ANY or address.port is None:
        return False
    return address.port == port or (by_image and ("." in address.host or bool(_LOOPBACK.fullmatch(address.host))))


def _is_there(address: Address, host: str, port: int | None) -> bool:
    """Whether a server behind nginx is the one that listens at `host` and `port`."""
    if address.port != port:
        return False
    if address.host == host:
        return True
    if _LOOPBACK.fullmatch(address.host):
        return host in _ANY or bool(_LOOPBACK.fullmatch(host))
    # By another name it is the registry of the same network, if its name says so: `registry`, `docker-registry`.
    return host in _ANY and "." not in address.host and bool(_REGISTRY_NAME.search(address.host))
