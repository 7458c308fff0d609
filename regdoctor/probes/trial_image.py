"""A small image that no registry has yet: a layer that is made while it is sent, its configuration and its manifest."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.distribution.digests import Digest, digest_of
from regdoctor.distribution.media_types import DOCKER_SCHEMA2

TAG_PREFIX = "regdoctor-trial-"
"""What the tag of every trial begins with; 16 random hexadecimal digits follow."""
SMALLEST = 1024
"""Bytes of the smallest layer: a gzip file with one header of a tar archive in it."""

_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_BLOCK = 65535
"""Bytes of the longest stored block of deflate (RFC 1951 section 3.2.4); each has 5 bytes before it."""
_FRAME = 10 + 1 + 8
"""Bytes of gzip around the blocks (RFC 1952 section 2.3): header, the end of the comment, trailer."""
_RECORD = 512
"""What a tar archive is counted in; two empty ones end it (pax, ustar Interchange Format)."""


@dataclass(frozen=True, slots=True)
class TrialLayer:
    """A gzip file with a tar archive with one file of random content: the same bytes at each look, from a seed."""

    seed: str
    """Random, in hexadecimal: what makes the layer new to every registry."""
    size: int
    """Bytes of the whole."""

    def pieces(self) -> Iterator[bytes]:
        """The bytes, in pieces of at most 64 KiB."""
        # Magic, deflate, a comment follows, no time, no hints, unknown system; it fills up to the size asked for.
        yield b"\x1f\x8b\x08\x10" + bytes(5) + b"\xff"
        yield b"-" * self._comment + b"\0"
        check, sent, length = 0, 0, self._archive
        for block in _in_blocks(self.archive()):
            sent += len(block)
            check = zlib.crc32(block, check)
            yield struct.pack("<BHH", sent == length, len(block), len(block) ^ 0xFFFF) + block
        yield struct.pack("<II", check, length & 0xFFFFFFFF)

    def archive(self) -> Iterator[bytes]:
        """The bytes of the tar archive in it."""
        content = max(self._archive - 3 * _RECORD, 0)
        entry = tarfile.TarInfo(f"{TAG_PREFIX}{self.seed}")
        entry.size = content
        yield entry.tobuf(tarfile.USTAR_FORMAT)
        for number in range(-(-content // _BLOCK)):
            key = f"{self.seed}/{number}".encode()
            yield hashlib.shake_128(key).digest(min(_BLOCK, content - number * _BLOCK))
        yield bytes(self._archive - _RECORD - content)

    @property
    def _archive(self) -> int:
        """Bytes of the tar archive: whole records, as many as fit."""
        room = self.size - _FRAME
        return (room - 5 * -(-room // (_BLOCK + 5))) // _RECORD * _RECORD

    @property
    def _comment(self) -> int:
        return self.size - _FRAME - self._archive - 5 * -(-self._archive // _BLOCK)


@dataclass(frozen=True, slots=True)
class TrialImage:
    """An image of one layer (image manifest version 2, schema 2)."""

    layer: TrialLayer
    layer_digest: Digest
    config: bytes
    manifest: bytes
    tag: str
    media_type: str = DOCKER_SCHEMA2

    @property
    def config_digest(self) -> Digest:
        """What the manifest names the configuration by."""
        return digest_of(self.config)

    @property
    def manifest_digest(self) -> Digest:
        """What the registry must know the manifest by."""
        return digest_of(self.manifest)


def trial_image(size: int) -> TrialImage:
    """A new image whose layer has `size` bytes, SMALLEST at least; the layer is made once here, for its digest.

    Raises ValueError for less.
    """
    if size < SMALLEST:
        raise ValueError(f"a layer has at least {SMALLEST} bytes, not {size}")
    seed = secrets.token_hex(8)
    layer = TrialLayer(seed, size)
    digest, content = _sha256(layer.pieces()), _sha256(layer.archive())
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [str(content)]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "regdoctor: a trial push"}],
    }
    encoded = json.dumps(config).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": DOCKER_SCHEMA2,
        "config": {"mediaType": _CONFIG, "size": len(encoded), "digest": str(digest_of(encoded))},
        "layers": [{"mediaType": _LAYER, "size": size, "digest": str(digest)}],
    }
    return TrialImage(layer, digest, encoded, json.dumps(manifest).encode(), f"{TAG_PREFIX}{seed}")


def _sha256(pieces: Iterator[bytes]) -> Digest:
    state = hashlib.sha256()
    for piece in pieces:
        state.update(piece)
    return Digest("sha256", state.hexdigest())


def _in_blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of the greatest length, but for the last."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= _BLOCK:
            yield bytes(waiting[:_BLOCK])
            del waiting[:_BLOCK]
    if waiting:
        yield bytes(waiting)
