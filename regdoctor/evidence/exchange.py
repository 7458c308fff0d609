"""One HTTP request with its response, or with the reason why there is none."""

from __future__ import annotations

import email.utils
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from regdoctor.check import Quote
from regdoctor.distribution.bounded_json import parse_json
from regdoctor.redaction import Secret, redact


class FailureKind(enum.Enum):
    """Why a request got no complete answer; the value says it in words."""

    NAME = "the name does not resolve"
    REFUSED = "connection refused"
    UNREACHABLE = "not reachable"
    TIMEOUT = "no complete answer in time"
    RESET = "the connection was closed"
    TLS = "TLS failed"
    PROTOCOL = "not HTTP"
    SCHEME = "not a usable URL"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an exchange is not complete."""

    kind: FailureKind
    message: str
    """One line for people: who, what, and the system's or OpenSSL's own reason. It carries no secret."""
    not_tls: bool = False
    """With the kind TLS: what came back was no TLS at all, as plain HTTP is none."""


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """One request and what came of it. `status` and `failure` are both set where the body broke off."""

    method: str
    url: str
    """As asked for, secrets included (a signature, `_state`): show it through `quote` or `redact` only."""
    request_headers: tuple[tuple[str, str | Secret], ...] = ()
    """As sent; Authorization and Cookie are wrapped."""
    status: int | None = None
    """None where no complete header section came."""
    headers: tuple[tuple[str, str], ...] = ()
    """As received, repeated ones included."""
    body: bytes = b""
    """Decompressed, at most as long as the cap that was asked for."""
    truncated: bool = False
    """Whether the body goes on, beyond the cap or beyond where it broke off."""
    started: float = 0.0
    """When the request was sent: seconds since the epoch by the local clock."""
    seconds: float = 0.0
    """From `started` until the response's headers were complete, or until the failure."""
    peer: str | None = None
    """The address and port that were connected to, a proxy's where one stands between: `127.0.0.1:5000`."""
    verified: bool | None = None
    """Whether the server's certificate was verified; None where no TLS was tried."""
    failure: Failure | None = None

    @property
    def ok(self) -> bool:
        """Whether a complete answer with a 2xx status came."""
        return self.failure is None and self.status is not None and 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first response header of that name, in any case; None where there is none."""
        wanted, length = name.lower(), len(name)
        for key, value in self.headers:  # a recording asks for many headers of each answer: most differ in length
            if len(key) == length and key.lower() == wanted:
                return value
        return None

    def header_all(self, name: str) -> tuple[str, ...]:
        """The values of every response header of that name, in any case, in the order received."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def text(self) -> str:
        """The body as UTF-8, with U+FFFD for what is not."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON; None where it is not JSON, or not safe to walk (see `parse_json`)."""
        return parse_json(self.body)

    def date(self) -> float | None:
        """The Date header (RFC 9110 section 6.6.1) as seconds since the epoch; None if absent or unreadable.

        It counts whole seconds, so it is up to a second behind the server's clock.
        """
        try:
            moment = email.utils.parsedate_to_datetime(self.header("Date") or "")
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    def quote(self, *names: str) -> Quote:
        """The exchange as evidence, one redacted line: `HEAD https://… → 403, empty body, Server: nginx`.

        names: response headers to show besides Server; one that is asked for and absent is shown as absent. Of a
        Location the query is left out: whatever it is called, it may be a signature.
        """
        request = f"{self.method} {self.url}"
        return Quote(_one_line(request), _one_line(f"{request} → {', '.join(self._outcome(names))}"))

    def __repr__(self) -> str:
        """The quoted line, so that a traceback or a log shows no secret."""
        return f"<Exchange {self.quote().quote}>"

    def _outcome(self, names: Iterable[str]) -> Iterable[str]:
        if self.status is not None:
            yield str(self.status)
            yield self._body_in_words()
            server = self.header("Server")
            if server is not None:
                yield f"Server: {server}"
            for name in names:
                values = self.header_all(name)
                yield from (f"{name}: {_shown(name, value)}" for value in values)
                if not values:
                    yield f"no {name}"
        if self.failure is not None:
            yield self.failure.message

    def _body_in_words(self) -> str:
        if not self.body and not self.truncated:
            return "empty body"
        size = f"more than {len(self.body)}" if self.truncated else str(len(self.body))
        kind = self.header("Content-Type")
        return f"{size} bytes of {kind}" if kind else f"{size} bytes"


def _shown(name: str, value: str) -> str:
    """A header's value, of an address without what may sign it."""
    if name.lower() not in ("location", "content-location"):
        return value
    address, mark, _ = value.partition("?")
    return f"{address}{mark and '?…'}"


def _one_line(text: str) -> str:
    """Redacted, and with control characters spelt out, so that a server cannot forge lines or colours."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in redact(text))
