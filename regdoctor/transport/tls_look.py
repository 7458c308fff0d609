"""One server's TLS, looked at without trust: the chain as it is served, and where and why TLS breaks off."""

from __future__ import annotations

import dataclasses
import http.client
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regdoctor.distribution.certificate_names import host_address
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.transport.attempt import Attempt, Stage
from regdoctor.transport.client_demand import demand_of, is_demand
from regdoctor.transport.environment_proxy import goes_through_proxy
from regdoctor.transport.failures import failure_of
from regdoctor.transport.pyopenssl_errors import translated
from regdoctor.transport.tunnel import open_way

if TYPE_CHECKING:
    from OpenSSL import SSL, crypto

_BOTH = (b"h2", b"http/1.1")
_HTTP1 = (b"http/1.1",)
_WEAKER = re.compile(
    r"protocol|handshake failure|insufficient security|too small|too weak|signature|sigalg|cipher|legacy|digest"
)
"""OpenSSL's reasons that an older protocol or a weaker cipher may mend."""
_MOST_AUTHORITIES = 100


@dataclass(frozen=True, slots=True)
class Handshake:
    """What one server showed."""

    failure: Failure | None = None
    """Why there is no chain; None too where it broke off after its chain, for want of a client's certificate."""
    chain: tuple[bytes, ...] = ()
    """DER, as served, the server's own first; OpenSSL takes 100 KB in all."""
    protocol: str = ""
    cipher: str = ""
    alpn: str = ""
    client_authorities: tuple[str, ...] = ()
    """As RFC 4514 writes names, at most a hundred."""
    client_certificate: Failure | None = None
    """How the server broke off because no certificate of a client was shown."""
    old_only: bool = False
    """Whether it took TLS 1.0 or 1.1, or what OpenSSL refuses at its usual level of security."""
    refused_first: Failure | None = None
    """With old_only: how the usual look failed."""
    own_address: bool = False
    """Whether the server's address is one of this host's own, loopback included."""


def look_at_tls(host: str, port: int, seconds: float) -> Handshake:
    """Set up TLS with `host` (a name, or an address without brackets), with no trust and no credentials.

    Nothing that the network or the server does raises, and all looks together take `seconds`. The usual look is for
    TLS 1.2 and later; where that fails for want of an old protocol or a weak cipher, a second one offers those. A
    server that asks for a client's certificate gets a plain `GET /v2/`, because in TLS 1.3 it says only then that it
    insists (RFC 8446 section 4.4.2.4).
    """
    with Attempt(seconds) as attempt:
        seen = _Look(host, port, attempt).result()
        if seen.failure is None or seen.failure.kind is not FailureKind.TLS or seen.client_certificate is not None:
            return seen
        if not _WEAKER.search(seen.failure.message.lower()):
            return seen
        again = _Look(host, port, attempt, old=True).result()
        if again.failure is not None:
            return seen
        return dataclasses.replace(again, old_only=True, refused_first=seen.failure)


class _Look:
    """One connection; a second one where the server prefers HTTP/2 and must be asked in HTTP/1.1."""

    def __init__(
        self, host: str, port: int, attempt: Attempt, *, old: bool = False, protocols: tuple[bytes, ...] = _BOTH
    ) -> None:
        self.host = host
        self.port = port
        self.attempt = attempt
        self.old = old
        self.protocols = protocols
        self.asked = False
        """Whether the server asked for a client's certificate (CertificateRequest)."""

    def result(self) -> Handshake:
        try:
            connection = open_way(self.host, self.port, self.attempt)
            with connection:
                own = is_own(connection) and not goes_through_proxy(f"https://{self._authority()}")
                return dataclasses.replace(self._set_up(connection), own_address=own)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Handshake(failure_of(error, self.attempt))

    def _set_up(self, connection: socket.socket) -> Handshake:
        from regdoctor.transport.pyopenssl import SSL

        self.attempt.stage = Stage.HANDSHAKE
        # Blocking: the attempt shuts it down when the time is up, and every call returns.
        connection.settimeout(None)
        tls = SSL.Connection(self._context(), connection)
        name = self._server_name()
        if name:
            tls.set_tlsext_host_name(name)
        tls.set_connect_state()
        refusal: Failure | None = None
        try:
            tls.do_handshake()
        except SSL.Error as error:
            refusal = failure_of(translated(error), self.attempt)
        seen = self._seen(tls, refusal)
        return seen if refusal else self._insistence(tls, connection, seen)

    def _context(self) -> SSL.Context:
        from regdoctor.transport.pyopenssl import SSL

        context = SSL.Context(SSL.TLS_METHOD)
        context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
        context.set_min_proto_version(SSL.TLS1_VERSION if self.old else SSL.TLS1_2_VERSION)
        if self.old:
            context.set_cipher_list(b"ALL:!aNULL:@SECLEVEL=0")
        context.set_alpn_protos(list(self.protocols))
        context.set_info_callback(self._note)
        return context

    def _note(self, tls: SSL.Connection, _where: int, _result: int) -> None:
        # The list of authorities may be empty, so it does not tell; OpenSSL's name of the step does.
        self.asked = self.asked or b"certificate request" in tls.get_state_string()

    def _authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _server_name(self) -> bytes:
        """SNI is for names only, without the last dot (RFC 6066 section 3). Raises UnicodeError for what is none."""
        if host_address(self.host) is not None:
            return b""
        name = self.host.removesuffix(".")
        return name.encode("ascii") if name.isascii() else name.encode("idna")

    def _seen(self, tls: SSL.Connection, refusal: Failure | None) -> Handshake:
        chain = _as_der(tls.get_peer_cert_chain() or ())
        client = refusal if self.asked and is_demand(refusal) else None
        if not chain and refusal is None:
            refusal = Failure(FailureKind.TLS, f"{self.attempt.contacted}: it serves no certificate")
        if refusal is not None and not (chain and client):
            return Handshake(refusal, client_certificate=client)
        return Handshake(
            chain=chain,
            protocol=tls.get_protocol_version_name(),
            cipher=tls.get_cipher_name() or "",
            alpn=tls.get_alpn_proto_negotiated().decode("ascii", "replace"),
            client_authorities=tuple(_named(name) for name in tls.get_client_ca_list()[:_MOST_AUTHORITIES]),
            client_certificate=client,
        )

    def _insistence(self, tls: SSL.Connection, connection: socket.socket, seen: Handshake) -> Handshake:
        """`seen`, with what becomes of a request, where the server asked for a client's certificate."""
        if not self.asked:
            return seen
        if seen.alpn == "h2":
            once_more = _Look(self.host, self.port, self.attempt, old=self.old, protocols=_HTTP1).result()
            return dataclasses.replace(seen, client_certificate=once_more.client_certificate)
        demand = demand_of(tls, connection, self.host, self.port, self.attempt)
        return dataclasses.replace(seen, client_certificate=demand)


def is_own(connection: socket.socket) -> bool:
    """Whether the other end has an address of this host: of such a connection the kernel gives both ends that one.

    On loopback the addresses may differ (127.0.0.1 asks 127.0.0.2), see ip-route(8), table local.
    """
    try:
        there, here = (host_address(end()[0]) for end in (connection.getpeername, connection.getsockname))
    except OSError:  # it was closed meanwhile, which the handshake will tell
        return False
    return there is not None and (there.is_loopback or there == here)


def _as_der(chain: Iterable[crypto.X509]) -> tuple[bytes, ...]:
    from regdoctor.transport.pyopenssl import crypto

    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in chain)


def _named(name: crypto.X509Name) -> str:
    """A name as RFC 4514 writes it: the last part first, special characters escaped; control characters spelt out."""
    return ",".join(f"{kind.decode('latin-1')}={_escaped(value)}" for kind, value in reversed(name.get_components()))


def _escaped(value: bytes) -> str:
    text = re.sub(r'[\\",+<>;]', r"\\\g<0>", value.decode("utf-8", "replace"))
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
