"""What the registry's API base, GET /v2/, answers: to clients, and on the host itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.distribution.challenges import Challenge, parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_authors import Author, author_of, is_page
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange

API_VERSION_HEADER = "Docker-Distribution-Api-Version"

_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
"""What the code of a registry's error looks like (distribution-spec, Error Codes); other APIs use the same envelope."""
_WANTS_TLS = (b"sent to HTTPS port", b"HTTP request to an HTTPS server", b"plain HTTP to an SSL-enabled server port")
"""How nginx, Go and Apache answer plain HTTP where they expect TLS; each with status 400."""
_VERSION = re.compile(r"/(\d[\d.]{0,20})")
"""Of the program that signs a page: `nginx/1.22.1`, `Apache/2.4.62 (Debian)`."""
_NO_SUCH_PATH = b"404 page not found"
"""The whole answer of a Go program to a path that it does not know (net/http, NotFound)."""


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
        if exchange.header(API_VERSION_HEADER) is not None and not is_page(exchange.headers, exchange.body):
            # nginx, told to add the header always, adds it to its own pages of errors, too.
            return True
        if any(_CODE.fullmatch(error.code) for error in parse_errors(exchange.body)):
            return True
        return exchange.status == 200 and exchange.json() == {}

    @property
    def author(self) -> Author | None:
        """Who else than a registry surely wrote this; None where it is a registry's, or nothing tells."""
        exchange = self.exchange
        author = author_of(exchange.status, exchange.headers, exchange.body)
        return author if author is not None and author.sure and not author.is_registry else None

    @property
    def signature(self) -> str:
        """Its author, with the version where the page says it: `nginx 1.22.1`; empty where nothing tells."""
        author = self.author
        if author is None:
            return ""
        version = _VERSION.search(author.because)
        return f"{author.name} {version[1].rstrip('.')}" if version else author.name

    @property
    def knows_no_v2(self) -> bool:
        """Whether a program written in Go, as registries are, says that it knows no such path as /v2/.

        With a registry's header it is one that http.prefix moved (registry/handlers/app.go sets the header before it
        looks at the path).
        """
        return self.exchange.status == 404 and self.exchange.body.strip() == _NO_SUCH_PATH

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
