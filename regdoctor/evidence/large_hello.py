"""Whether a server gets through TLS with a large ClientHello as with a small one, each tried in turns."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind

REGISTRY, OBJECT_STORE = "registry", "object store"


@dataclass(frozen=True, slots=True)
class HelloLook:
    """One handshake, with no trust and no credentials."""

    size: int
    """Bytes of the TLS record that the ClientHello fills, its header included; 0 where none was sent."""
    seconds: float
    """From the ClientHello until the handshake was done, or until the failure."""
    failure: Failure | None = None

    @property
    def cut_off(self) -> bool:
        """Whether it stalled or was reset after the ClientHello was sent; an alert of TLS is an answer, and is not."""
        cuts = (FailureKind.TIMEOUT, FailureKind.RESET)
        return self.size > 0 and self.failure is not None and self.failure.kind in cuts


@dataclass(frozen=True, slots=True)
class HelloTrial:
    """One server: a small ClientHello, a large one, and both again where the large one did not get through."""

    whose: str
    """REGISTRY, or OBJECT_STORE: to that the registry itself is the client."""
    endpoint: Endpoint
    small: tuple[HelloLook, ...]
    large: tuple[HelloLook, ...]
    spared: Quote | None = None
    """Of the object store: the setting that keeps the registry's own ClientHello small (GODEBUG=tlsmlkem=0)."""

    @property
    def refused(self) -> bool:
        """Whether every small one came about and every large one was cut off, each tried twice at least."""
        tried = min(len(self.small), len(self.large)) > 1
        return tried and all(one.failure is None for one in self.small) and all(one.cut_off for one in self.large)

    def quotes(self) -> tuple[Quote, ...]:
        """A line for each handshake, in the order in which they were tried."""
        turns = [one for pair in zip(self.small, self.large, strict=False) for one in pair]
        return tuple(Quote(f"TLS with {self.endpoint.authority}", self._line(one)) for one in turns)

    def _line(self, one: HelloLook) -> str:
        said = f"done in {one.seconds:.3f} s" if one.failure is None else one.failure.message
        return f"ClientHello of {one.size} bytes → {said}"


@dataclass(frozen=True, slots=True)
class LargeHello:
    """The servers that were tried: the registry's public address, and the object store that it works with."""

    trials: tuple[HelloTrial, ...]
