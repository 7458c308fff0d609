"""One TLS handshake whose ClientHello has the size that is asked for, without trust and without a request."""

from __future__ import annotations

import socket
import ssl

from regdoctor.evidence.large_hello import HelloLook
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.failures import failure_of
from regdoctor.transport.sockets import open_socket
from regdoctor.transport.tls import trusting_context

LARGE = 1800
"""Bytes: more than one Ethernet frame carries (1,500 with 40 of headers), as the ClientHello of Go 1.24 and later can
be with its post-quantum key share (X25519MLKEM768: 1,216 bytes, draft-ietf-tls-ecdhe-mlkem)."""
_USUAL = ("h2", "http/1.1")
_PAD = 200
"""Bytes of each further name of a protocol; 255 is the most (RFC 7301 section 3.1)."""
_CAP = 256 << 10
"""Bytes that a server may send in a handshake: chains of hundreds of certificates end here."""


def shake_hands(host: str, port: int, deadline: float, *, least: int = 0) -> HelloLook:
    """A handshake with a ClientHello of one key share (P-256), some 300 bytes.

    least: bytes that the ClientHello shall have at least. Then it offers what the library usually offers, and is filled
    up with names of protocols after those two that a registry's clients offer.
    deadline: seconds for everything. Raises nothing that the network or the server does.
    """
    size = 0
    with Attempt(deadline) as attempt:
        try:
            connection = open_socket(host, port, attempt)
            attempt.stage = Stage.HANDSHAKE
            with connection:
                connection.settimeout(attempt.remaining() or 0.001)
                incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
                session = _context(host, least).wrap_bio(incoming, outgoing, server_hostname=host)
                attempt.sending()
                attempt.stage = Stage.HANDSHAKE
                # Written whole at once: where it is cut into segments is the business of TCP.
                first = _next_flight(session, outgoing)
                size = len(first)
                connection.sendall(first)
                _finish(session, connection, incoming, outgoing)
        except (OSError, ValueError) as error:
            return HelloLook(size, attempt.elapsed(), failure_of(error, attempt))
        return HelloLook(size, attempt.elapsed())


def _context(host: str, least: int) -> ssl.SSLContext:
    context = trusting_context()
    context.set_alpn_protocols(list(_USUAL))
    if not least:
        # Newer OpenSSL sends a post-quantum key share by itself: 1,216 bytes.
        context.set_ecdh_curve("prime256v1")
        return context
    names: list[str] = []
    # Measured again after each round: OpenSSL pads a small one (RFC 7685), and takes that back as it grows.
    while (missing := least - _size(context, host)) > 0:
        rounds = range(len(names), len(names) - (-missing // (_PAD + 1)))
        names += [f"regdoctor-{number:03}-".ljust(_PAD, "x") for number in rounds]
        context.set_alpn_protocols([*_USUAL, *names])
    return context


def _size(context: ssl.SSLContext, host: str) -> int:
    outgoing = ssl.MemoryBIO()
    return len(_next_flight(context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=host), outgoing))


def _next_flight(session: ssl.SSLObject, outgoing: ssl.MemoryBIO) -> bytes:
    """What is to be sent now. Raises ssl.SSLError where the handshake failed."""
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    return outgoing.read()


def _finish(
    session: ssl.SSLObject, connection: socket.socket, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
) -> None:
    """Read and write until the handshake is done. Raises OSError."""
    received = 0
    while received < _CAP:
        piece = connection.recv(16384)
        if not piece:
            raise ConnectionResetError("no more came")
        received += len(piece)
        incoming.write(piece)
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            connection.sendall(outgoing.read())
            continue
        connection.sendall(outgoing.read())
        return
    raise ssl.SSLError(f"more than {_CAP >> 10} KiB came, and no end of the handshake")
