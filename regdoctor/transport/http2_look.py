"""One GET by HTTP/2 over TLS, without trust: with the library h2 under an attempt's deadline and a cap on its bytes."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from regdoctor import __version__
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.http2_answer import Http2End, Http2Look
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.failures import failure_of, timeout_of
from regdoctor.transport.sockets import open_socket
from regdoctor.transport.tls import trusting_context

if TYPE_CHECKING:
    from h2.connection import H2Connection
    from h2.events import Event

_CAP = 256 << 10
"""Bytes that are read in all, frames of every kind: endless PINGs end here, too."""
_BODY = 64 << 10
"""Bytes of body that are kept."""
_STREAM = 1
_DEBUG = 200
"""Characters of a GOAWAY's debug data."""


def get_by_http2(url: str, deadline: float) -> Http2Look:
    """GET `url` (https) where the server chooses h2 of h2 and http/1.1, as Go's http.DefaultTransport offers them.

    deadline: seconds for everything. Raises nothing that the network or the server does.
    """
    parts = urlsplit(url)
    context = trusting_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with Attempt(deadline) as attempt:
        talk = _Talk(url, attempt)
        try:
            connection = open_socket(parts.hostname or "", parts.port or 443, attempt)
            attempt.stage, attempt.verified = Stage.HANDSHAKE, False
            with connection, context.wrap_socket(connection, server_hostname=parts.hostname) as tls:
                attempt.sending()
                if tls.selected_alpn_protocol() != "h2":
                    return talk.ended(Http2End.NOT_CHOSEN)
                talk.chosen = True
                return _converse(tls, talk, parts)
        except (OSError, ValueError) as error:
            return talk.broke_off(error)


@dataclass
class _Talk:
    """What came so far."""

    url: str
    attempt: Attempt
    chosen: bool = False
    """Whether the server chose h2."""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytearray = field(default_factory=bytearray)

    def ended(self, end: Http2End, words: str = "", code: str = "", debug: str = "") -> Http2Look:
        """The look, with `words` as the failure's where there are any."""
        kind = FailureKind.RESET if end in (Http2End.CLOSED, Http2End.RESET, Http2End.GOAWAY) else FailureKind.PROTOCOL
        message = f"{self.attempt.contacted}: HTTP/2: {words}"
        return self._look(Failure(kind, message) if words else None, end, code, debug)

    def broke_off(self, error: Exception) -> Http2Look:
        """The look where the connection failed, or the time was over."""
        failure = failure_of(error, self.attempt)
        if not self.chosen:
            return self._look(failure, Http2End.NOT_REACHED)
        if failure.kind is FailureKind.TIMEOUT:
            return self.silent()
        return self.ended(Http2End.CLOSED, f"the connection broke: {failure.message}")

    def silent(self) -> Http2Look:
        """The look where the time was over."""
        words = timeout_of(self.attempt).message.removeprefix(f"{self.attempt.contacted}: ")
        message = f"{self.attempt.contacted}: HTTP/2: {words}"
        return self._look(Failure(FailureKind.TIMEOUT, message), Http2End.SILENT)

    def _look(self, failure: Failure | None, end: Http2End, code: str = "", debug: str = "") -> Http2Look:
        attempt = self.attempt
        exchange = Exchange(
            "GET",
            self.url,
            status=self.status,
            headers=self.headers,
            body=bytes(self.body[:_BODY]),
            truncated=len(self.body) > _BODY or (failure is not None and bool(self.body)),
            started=attempt.started,
            seconds=attempt.elapsed(),
            peer=attempt.peer,
            verified=attempt.verified,
            failure=failure,
        )
        return Http2Look(exchange, end, code, debug)


def _converse(tls: ssl.SSLSocket, talk: _Talk, parts: SplitResult) -> Http2Look:
    """Send the request and read until it is answered, or is not going to be. Raises OSError."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.exceptions import H2Error
    from hyperframe.exceptions import HyperframeError

    # Go's client bears headers of an answer that h2's own rules refuse (Connection, for one).
    rules = H2Configuration(header_encoding=False, validate_inbound_headers=False, normalize_inbound_headers=False)
    state = H2Connection(rules)
    state.initiate_connection()
    state.send_headers(_STREAM, _request(parts), end_stream=True)
    tls.sendall(state.data_to_send())
    received, start = 0, b""
    while received < _CAP:
        piece = tls.recv(16384)
        if not piece:
            return talk.silent() if talk.attempt.expired else talk.ended(Http2End.CLOSED, Http2End.CLOSED.value)
        received += len(piece)
        start = (start + piece)[:80] if len(start) < 80 else start
        if start.startswith(b"HTTP/1."):
            line = _shown(start.split(b"\r\n")[0])
            return talk.ended(Http2End.AS_HTTP1, f"{Http2End.AS_HTTP1.value}: {line!r}")
        try:
            for event in state.receive_data(piece):
                over = _take(event, state, talk)
                if over is not None:
                    return over
            tls.sendall(state.data_to_send())
        except (H2Error, HyperframeError) as error:
            return talk.ended(Http2End.BROKEN, f"{Http2End.BROKEN.value}: {str(error)[:120]!r}")
    return talk.ended(Http2End.BROKEN, f"{Http2End.BROKEN.value}: {_CAP >> 10} KiB of frames, and no end of the answer")


def _request(parts: SplitResult) -> list[tuple[str, str]]:
    """The header fields as Go's client sends them (RFC 9113 section 8.3.1)."""
    return [
        (":authority", parts.netloc),
        (":method", "GET"),
        (":path", parts.path or "/"),
        (":scheme", "https"),
        ("accept-encoding", "gzip"),
        ("user-agent", f"regdoctor/{__version__}"),
    ]


def _take(event: Event, state: H2Connection, talk: _Talk) -> Http2Look | None:
    """Note what one event says; the look, where it ends the talk."""
    from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset

    match event:
        case ResponseReceived(headers=headers):
            return _note_headers([(_shown(name), _shown(value)) for name, value in headers or ()], talk)
        case DataReceived(data=data, flow_controlled_length=length):
            talk.body += data or b""
            if length:
                state.acknowledge_received_data(length, _STREAM)
            return talk.ended(Http2End.ANSWERED) if len(talk.body) > _BODY else None
        case StreamEnded():
            return talk.ended(Http2End.ANSWERED)
        case StreamReset(error_code=number):
            code = _named(number)
            return talk.ended(Http2End.RESET, f"stream error: stream ID {_STREAM}; {code}", code)
        case ConnectionTerminated(error_code=number, additional_data=data):
            code, debug = _named(number), _shown(data or b"")[:_DEBUG]
            said = f", and says {debug!r}" if debug else ""
            return talk.ended(Http2End.GOAWAY, f"server sent GOAWAY with {code}{said}", code, debug)
    return None


def _note_headers(headers: list[tuple[str, str]], talk: _Talk) -> Http2Look | None:
    status = dict(headers).get(":status", "")
    talk.status = int(status) if len(status) == 3 and status.isascii() and status.isdigit() else None
    talk.headers = tuple((name, value) for name, value in headers if not name.startswith(":"))
    capital = next((name for name, _ in talk.headers if name != name.lower()), None)
    if capital is not None:
        # RFC 9113 section 8.2.1: such an answer is malformed; Go's client and nghttp2 reset the stream.
        return talk.ended(Http2End.BROKEN, f"{Http2End.BROKEN.value}: the header {capital[:40]!r} has capital letters")
    if talk.status is None:
        return talk.ended(Http2End.BROKEN, f"{Http2End.BROKEN.value}: an answer without a status")
    return None


def _named(number: object) -> str:
    """An error code by its name, or its number where RFC 9113 has none for it."""
    return str(getattr(number, "name", number))


def _shown(raw: bytes | str) -> str:
    return raw.decode("latin-1") if isinstance(raw, bytes) else raw
