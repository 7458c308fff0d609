"""Whether a server that asked for a client's certificate insists on it: by an alert of TLS, or in HTTP."""

from __future__ import annotations

import re
import select
import socket
from typing import TYPE_CHECKING

from regdoctor import __version__
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport.attempt import Attempt
from regdoctor.transport.failures import failure_of
from regdoctor.transport.pyopenssl_errors import translated

if TYPE_CHECKING:
    from OpenSSL import SSL

_ALERTS = re.compile(r"alert.*(?:certificate|handshake failure|unknown ca|access denied)")
"""By which servers turn away a client without a certificate (RFC 8446 section 6.2, RFC 5246 section 7.2.2):
`certificate required` in TLS 1.3; before it `handshake failure` of OpenSSL, `bad certificate` of Go."""
_PAGES = ("No required SSL certificate was sent", "The SSL certificate error")
"""What nginx answers in HTTP, with 400 (ngx_http_special_response.c)."""
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})\b")
_LONGEST_PAGE = 8192
_PATIENCE = 1.0
"""Seconds for a server of TLS 1.3 to refuse before anything is sent."""


def is_demand(failure: Failure | None) -> bool:
    """Whether `failure`, of a connection on which the server asked for a certificate, came of showing none."""
    return failure is not None and _ALERTS.search(failure.message) is not None


def demand_of(tls: SSL.Connection, connection: socket.socket, host: str, port: int, attempt: Attempt) -> Failure | None:
    """How the server turns away a plain `GET /v2/` because no certificate of a client was shown; None if it does not.

    tls, connection: of one that is set up, that speaks HTTP/1.1 and blocks, and that `attempt` watches.
    """
    from regdoctor.transport.pyopenssl import SSL

    attempt.sending()
    try:
        if tls.get_protocol_version_name() == "TLSv1.3":
            _await_alert(tls, connection, min(_PATIENCE, attempt.remaining()))
        return _written_refusal(tls, host, port, attempt)
    except SSL.Error as error:
        failure = failure_of(translated(error), attempt)
        return failure if is_demand(failure) else None


def _await_alert(tls: SSL.Connection, connection: socket.socket, seconds: float) -> None:
    """Let a server of TLS 1.3 refuse before anything is sent; a session ticket says that it does not.

    Who closes a connection with bytes unread resets it, and the reset overtakes the alert. Raises SSL.Error for the
    alert.
    """
    from regdoctor.transport.pyopenssl import SSL

    watched = select.poll()
    watched.register(connection, select.POLLIN)
    if not watched.poll(seconds * 1000):
        return
    connection.setblocking(False)
    try:
        tls.recv(1, socket.MSG_PEEK)
    except SSL.WantReadError:
        return
    finally:
        connection.setblocking(True)


def _written_refusal(tls: SSL.Connection, host: str, port: int, attempt: Attempt) -> Failure | None:
    """Raises SSL.Error for a refusal in TLS, and where the answer ends."""
    name = f"[{host}]" if ":" in host else host
    head = f"GET /v2/ HTTP/1.1\r\nHost: {name}:{port}\r\nUser-Agent: regdoctor/{__version__}\r\n"
    tls.sendall(f"{head}Connection: close\r\n\r\n".encode("ascii", "replace"))
    page = b""
    while len(page) < _LONGEST_PAGE:
        page += tls.recv(_LONGEST_PAGE)
        status = _STATUS_LINE.match(page)
        words = next((words for words in _PAGES if words.encode() in page), None)
        if status and words:
            return Failure(FailureKind.TLS, f"{attempt.contacted}: it answers {status[1].decode()}, {words}")
    return None
