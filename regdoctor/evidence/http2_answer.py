"""What GET /v2/ gets by HTTP/2, where the server chooses it: an answer, or how the protocol broke."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange


class Http2End(enum.Enum):
    """How one request by HTTP/2 ended."""

    NOT_REACHED = "no TLS connection came about"
    NOT_CHOSEN = "the server does not choose h2"
    ANSWERED = "answered"
    RESET = "the server reset the stream (RST_STREAM)"
    GOAWAY = "the server ended the connection (GOAWAY)"
    AS_HTTP1 = "the server chose h2 and answered as HTTP/1.1"
    BROKEN = "the server broke the rules of HTTP/2"
    CLOSED = "the server closed the connection"
    SILENT = "no answer in time"


@dataclass(frozen=True, slots=True)
class Http2Look:
    """One request, with no trust and no credentials."""

    exchange: Exchange
    """With the failure in words, where there is one; each begins with the address and `HTTP/2:`."""
    end: Http2End
    code: str = ""
    """The error code of RST_STREAM or GOAWAY by its name (RFC 9113 section 7): `PROTOCOL_ERROR`; a number, where it is
    none of those; empty elsewhere."""
    debug: str = ""
    """What GOAWAY says besides, at most 200 characters, of any kind."""


@dataclass(frozen=True, slots=True)
class Http2Answer:
    """The public address by HTTP/2: one look, or two where the first failed."""

    endpoint: Endpoint
    looks: tuple[Http2Look, ...]

    @property
    def last(self) -> Http2Look:
        """The look that decides: the last one."""
        return self.looks[-1]

    @property
    def fails_alike(self) -> bool:
        """Whether it was tried more than once, and ended in the same way each time, without an answer."""
        ends = {(look.end, look.code) for look in self.looks}
        return len(self.looks) > 1 and len(ends) == 1 and self.last.end is not Http2End.ANSWERED
