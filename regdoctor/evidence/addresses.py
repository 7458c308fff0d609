"""The addresses that a host's name stands for, and which of them accept a connection."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure


@dataclass(frozen=True, slots=True)
class AddressLook:
    """One address, connected to by TCP alone."""

    address: str
    """As the resolver gives it, without brackets and port: `192.0.2.7`, `2001:db8::7`."""
    seconds: float
    """Until the connection was there, or until the failure."""
    failure: Failure | None = None
    tried: bool = True
    """False where the connection never left this host: no route to that family, no address of it, a firewall of its
    own, no descriptor left. Such a look says nothing of the address."""

    @property
    def is_v6(self) -> bool:
        """Whether it is an IPv6 address."""
        return ":" in self.address


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a name resolves to, in the order in which clients try them."""

    endpoint: Endpoint
    looks: tuple[AddressLook, ...]
    """Empty where the name does not resolve."""
    seconds: float = 0.0
    """That the lookup of the name took."""
    failure: Failure | None = None
    """Why the name does not resolve, or which bound cut the list."""

    @property
    def reachable(self) -> tuple[AddressLook, ...]:
        """Those that accept a connection."""
        return tuple(look for look in self.looks if look.failure is None)
