"""One exchange that somebody else made and a recording holds, already cleaned of secrets."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Shown:
    """The credentials that a request carried, or that a token service gave: what may be known of them."""

    scheme: str
    """`Bearer`, `Basic`, `AWS4-HMAC-SHA256`, …, as it was written; empty for what is no Authorization header."""
    mark: str
    """The same for the same credentials within one recording, and worth nothing elsewhere: 12 hexadecimal digits of
    an HMAC under a key that is thrown away."""
    token: Token | None = None
    """Header and claims, where it is a JWT that can be read."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange as a proxy or a browser saw it.

    It holds no secret: what could be one was replaced when it was read (traffic/cleaning.py), after what is told from
    it had been taken out: claims, marks, `_state`, when a link expires.
    """

    exchange: Exchange
    """`started` and `seconds` by the recorder's clock; `peer` is the server that was connected to; `failure` where
    there was no complete answer. Signatures in its URL and in headers are placeholders."""
    id: str
    """The recording's own name of it; empty where it has none."""
    ended: float
    """When the last byte of the answer, or the failure, came: seconds since the epoch by the recorder's clock."""
    client: str = ""
    """Address of the client, without its port, which is another for each connection; empty where unknown."""
    connection: str = ""
    """The same for exchanges on one connection of the client; empty where unknown."""
    http_version: str = ""
    """Of the request: `HTTP/1.1`, `HTTP/2.0`; empty where unknown."""
    response_version: str = ""
    """Of the answer, as the server wrote it; empty where unknown."""
    request_body: bytes = b""
    """Cleaned, and kept only where it is small JSON (a manifest, an error): empty else, see request_size."""
    request_size: int | None = None
    """Bytes of the request's body that went by; None where the recording does not tell."""
    response_size: int | None = None
    """Bytes of the response's body that went by, as transferred."""
    request_digest: str = ""
    """`sha256:…` of the request's body, where the recorder worked it out or the body is there."""
    response_digest: str = ""
    """The same of the response's body, without content encoding."""
    shown: Shown | None = None
    """The request's Authorization."""
    given: Shown | None = None
    """The token in the answer of a token service."""
    expected_continue: bool = False
    """Whether the request had Expect: 100-continue, which mitmproxy answers itself and takes out."""
    by_recorder: str = ""
    """Where the recorder and no server wrote the answer (mitmproxy's own 502): its reason. Empty else."""
    cut_off_early: bool = False
    """Whether the answer came before the request's body had all been sent."""
    capture_origin: str = ""
    """Where the recorder stood before a server (mitmproxy's reverse mode): the origin that clients use. Empty else."""
    upstream_origin: str = ""
    """With it, the origin that the recorder asks in turn."""
