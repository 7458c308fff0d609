"""Bodies that go by: which of them pass piece by piece, counted, hashed, and kept only where they stay small."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

KEPT = 256 * 1024
"""Bytes: a longer body is not kept; manifests and token answers are far shorter."""


BODY_HEADERS = ("content-length", "transfer-encoding", "content-encoding")
"""The fields, in small letters, that decide how a body passes."""
_BODILESS = (101, 204, 304)
"""RFC 9110, 6.4.1; what follows 101 is another protocol."""


class Tap:
    """What takes note of a body on its way."""

    def __init__(self, *, keep: bool, digest: bool) -> None:
        """keep: hold on to the body as long as it is small; digest: work out its SHA-256."""
        self.size = 0
        """Bytes up to now."""
        self.ended = False
        """Whether the whole body went by."""
        self._kept: bytearray | None = bytearray() if keep else None
        self._hash = hashlib.sha256() if digest else None

    def take(self, data: bytes) -> None:
        """Take note of a piece; an empty one ends the body (mitmproxy/proxy/layers/http)."""
        if not data:
            self.ended = True
        self.size += len(data)
        if self._hash is not None:
            self._hash.update(data)
        if self._kept is not None:
            if self.size > KEPT:
                self._kept = None
            else:
                self._kept += data

    @property
    def digest(self) -> str:
        """`sha256:…` of a body that went by whole; empty else."""
        return f"sha256:{self._hash.hexdigest()}" if self._hash is not None and self.ended else ""

    @property
    def kept(self) -> bytes | None:
        """The body; None where it was not to be kept, grew too long, or is not all there."""
        return bytes(self._kept) if self._kept is not None and self.ended else None

    def release(self) -> bytes | None:
        """What `kept` is; it is held here no longer."""
        kept, self._kept = self.kept, None
        return kept


class PassingOn:
    """What mitmproxy sends a body through, piece by piece: it never changes a byte, nor raises anything."""

    __slots__ = ("_report", "tap")

    def __init__(self, tap: Tap, report: Callable[[], None]) -> None:
        """report: is called while an error of ours is handled."""
        self.tap = tap
        self._report = report

    def __call__(self, data: bytes) -> bytes:
        """The same bytes."""
        try:
            self.tap.take(data)
        except Exception:  # whatever it is, somebody's layer must not fail by it
            self._report()
        return data


def tap_of(stream: object) -> Tap | None:
    """The tap in a message's `stream`; None where that is somebody else's, or none."""
    return stream.tap if isinstance(stream, PassingOn) else None


def is_taken(stream: object) -> bool:
    """Whether another addon has set a message's `stream`, which then stays."""
    return callable(stream) and not isinstance(stream, PassingOn)


def request_tap(method: str, path: str, headers: Mapping[str, str], *, digests: bool) -> Tap | None:
    """For a request whose head came; None for one whose body the proxy may hold as a whole.

    headers: at least those of BODY_HEADERS that it has.
    """
    is_blob = "/blobs/uploads/" in path
    bodiless = method in ("GET", "HEAD") and "transfer-encoding" not in headers and "content-length" not in headers
    if bodiless or (_is_small(headers) and not is_blob):
        return None
    return Tap(keep=not is_blob, digest=digests and is_blob and "content-encoding" not in headers)


def response_tap(method: str, path: str, status: int, headers: Mapping[str, str], *, digests: bool) -> Tap | None:
    """As `request_tap`, for a response whose head came."""
    is_blob = status < 400 and "/blobs/" in path.partition("?")[0]
    if method == "HEAD" or status in _BODILESS or (_is_small(headers) and not is_blob):
        return None
    whole = is_blob and status == 200 and "content-encoding" not in headers
    return Tap(keep=not is_blob, digest=digests and whole)


def _is_small(headers: Mapping[str, str]) -> bool:
    """Whether the head promises a small body, or none."""
    length = headers.get("content-length", "")
    return length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= KEPT
