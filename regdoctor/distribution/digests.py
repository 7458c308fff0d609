"""Content digests: `sha256:<hex>` and its longer kin."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
"""Hex characters for each algorithm that registries accept (those of go-digest)."""
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """The digest of a blob or manifest; its text is `algorithm:hex`."""

    algorithm: str
    hex: str
    """Lower-case hexadecimal, of the algorithm's length."""

    def __str__(self) -> str:
        """As in URLs, manifests and link files."""
        return f"{self.algorithm}:{self.hex}"


def parse_digest(text: str) -> Digest:
    """The digest that `text` is, exactly: no white space, lower-case hex of the right length.

    Raises ValueError, one line that says what is wrong.
    """
    algorithm, colon, digits = text.partition(":")
    if not colon:
        raise ValueError(f"not a digest, there is no colon in it: {text[:80]!r}")
    length = _LENGTHS.get(algorithm)
    if length is None:
        raise ValueError(f"not a digest that registries know: {text[:80]!r}")
    if len(digits) != length or not _HEX.fullmatch(digits):
        raise ValueError(f"a {algorithm} digest has {length} lower-case hexadecimal digits: {text[:160]!r}")
    return Digest(algorithm, digits)


def digest_of(content: bytes) -> Digest:
    """The sha256 digest of a blob's or manifest's bytes."""
    return Digest("sha256", hashlib.sha256(content).hexdigest())
