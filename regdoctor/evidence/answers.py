"""What the registry's API base, GET /v2/, answers: to clients, and on the host itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.distribution.challenges import Challenge, parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange

API_VERSION_HEADER = "Docker-Distribution-Api-Version"

_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
"""What the code of a registry's error looks like (distribution-spec, Error Codes); other APIs use the same envelope."""
_WANTS_TLS = (b"sent to HTTPS port", b"HTTP request to an HTTPS server", b"plain HTTP to an SSL-enabled server port")
"""How nginx, Go and Apache answer plain HTTP where they expect TLS; each with status 400."""


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
        if exchange.header(API_VERSION_HEADER) is not None:
            return True
        if any(_CODE.fullmatch(error.code) for error in parse_errors(exchange.body)):
            return True
        return exchange.status == 200 and exchange.json() == {}

    @property
    def gateway_error(self) -> bool:
        """Whether a proxy answered in place of a registry that it could not reach."""
        return self.exchange.status in (502, 503, 504) and not self.is_registry

    @property
    def wants_tls(self) -> bool:
        """Whether the answer only says that plain HTTP was spoken to a port for TLS."""
        return self.exchange.status == 400 and any(words in self.exchange.body for words in _WANTS_TLS)


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What a client gets at the registry's public address."""

    ping: Ping
    """With TLS verified, as a client does."""
    unverified: Ping | None = None
    """Where verification failed: the second look, without trust and without credentials."""
    plain: Ping | None = None
    """Where TLS did not come about: the same look over plain HTTP."""

    @property
    def speaks_plain_http(self) -> Ping | None:
        """The plain look, where it shows that the port speaks no TLS; None where it was not needed or shows nothing."""
        return self.plain if self.plain is not None and not self.plain.wants_tls else None

    @property
    def best(self) -> Ping:
        """The look that got furthest."""
        return self.speaks_plain_http or self.unverified or self.ping

    @property
    def answered(self) -> bool:
        """Whether anything that speaks HTTP answered, whatever its certificate."""
        return self.best.exchange.failure is None


@dataclass(frozen=True, slots=True)
class InternalAnswer:
    """What the registry process answers where it listens, with nothing in between."""

    ping: Ping
