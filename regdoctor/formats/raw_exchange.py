"""One HTTP exchange as a recording has it: with its secrets, and as whoever recorded it wrote it."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, repr=False)
class RawExchange:
    """What mitmproxy's flows and HAR's entries have in common. Nothing of it may be shown: see traffic/cleaning.py.

    Times are seconds since the epoch by the recorder's clock; None where the recording does not tell. Header values are
    latin-1 where they are no UTF-8.
    """

    id: str
    method: str
    url: str
    """Whole: scheme, host, port where it is not the scheme's own, path, query."""
    request_headers: Headers = ()
    request_version: str = ""
    """`HTTP/1.1`; HAR's `h2` is written as `HTTP/2.0`."""
    request_body: bytes | None = None
    """Without content encoding; None where the recording does not have it (a streamed one)."""
    request_size: int | None = None
    """Bytes of the body that went by."""
    request_digest: str = ""
    """`sha256:…`, where the recorder worked it out while the body went by; empty else."""
    status: int | None = None
    """None where no answer came."""
    response_headers: Headers = ()
    response_version: str = ""
    response_body: bytes | None = None
    """Without content encoding; cut at 1 MiB, see response_cut."""
    response_cut: bool = False
    response_size: int | None = None
    response_digest: str = ""
    started: float | None = None
    """When the request's first byte came."""
    request_ended: float | None = None
    answered: float | None = None
    """When the response's first byte came."""
    ended: float | None = None
    client: str = ""
    """The client's address without its port."""
    connection: str = ""
    """A name of the client's connection."""
    server: str = ""
    """The address and port that was connected to."""
    verified: bool | None = None
    """Whether the recorder verified the server's certificate; None where there was no TLS or it is not known."""
    error: str = ""
    """The recorder's own words where there is no complete answer."""
    error_at: float | None = None
    capture_origin: str = ""
    """Where the recorder stands before a server (mitmproxy's reverse mode): the origin that clients use. Empty else."""
    expected_continue: bool = False


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A piece of a recording that cannot be read."""

    where: str
    """`record 12`, `byte 4711`, `entry 3`."""
    why: str
    """One line for people, with nothing of the content in it."""
