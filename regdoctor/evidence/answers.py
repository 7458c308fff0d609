"""What the registry's API base, GET /v2/, answers: to clients, and on the host itself."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.challenges import Challenge, parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange

API_VERSION_HEADER = "Docker-Distribution-Api-Version"


@dataclass(frozen=True, slots=True)
class Ping:
    """One GET /v2/ without credentials."""

    endpoint: Endpoint
    exchange: Exchange

    @property
    def challenges(self) -> tuple[Challenge, ...]:
        """The parsed WWW-Authenticate headers."""
        return parse_challenges(self.exchange.header_all("WWW-Authenticate"))

    @property
    def is_registry(self) -> bool:
        """Whether a registry wrote this: its header, its error envelope, or the empty object of a 200."""
        exchange = self.exchange
        if exchange.failure is not None:
            return False
        if exchange.header(API_VERSION_HEADER) is not None or parse_errors(exchange.body):
            return True
        return exchange.status == 200 and exchange.json() == {}

    @property
    def gateway_error(self) -> bool:
        """Whether a proxy answered in place of a registry that it could not reach."""
        return self.exchange.status in (502, 503, 504) and not self.is_registry


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What a client gets at the registry's public address."""

    ping: Ping
    """With TLS verified, as a client does."""
    unverified: Ping | None = None
    """Where verification failed: the second look, without trust and without credentials."""
    plain: Ping | None = None
    """Where the port does not speak TLS: the same look over plain HTTP."""

    @property
    def best(self) -> Ping:
        """The look that got furthest."""
        return self.plain or self.unverified or self.ping

    @property
    def answered(self) -> bool:
        """Whether anything that speaks HTTP answered, whatever its certificate."""
        return self.best.exchange.failure is None


@dataclass(frozen=True, slots=True)
class InternalAnswer:
    """What the registry process answers where it listens, with nothing in between."""

    ping: Ping
