"""Tells the files of recordings apart by how they begin, and opens what is packed."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from regdoctor.exit_codes import UsageError

_MOST_UNPACKED = 1 << 30
"""Bytes: what a packed HAR may come to."""
_BUFFER = 1 << 18
"""Bytes: a record of a flow is read by itself, and most have a few thousand."""
_FLOW = re.compile(rb"\d{1,12}:")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (
        b"\xd4\xc3\xb2\xa1",
        "a capture of packets (pcap): record with mitmproxy instead, TLS cannot be read from packets",
    ),
    (
        b"\xa1\xb2\xc3\xd4",
        "a capture of packets (pcap): record with mitmproxy instead, TLS cannot be read from packets",
    ),
    (
        b"\x0a\x0d\x0d\x0a",
        "a capture of packets (pcapng): record with mitmproxy instead, TLS cannot be read from packets",
    ),
    (b"\x1f\x8b", "packed by gzip: unpack it with gunzip first"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd: unpack it with unzstd first"),
    (b"<", "XML or HTML: no recording is written so"),
)


def open_recording(path: Path) -> tuple[BinaryIO, bool]:
    """The file, unpacked, at its beginning; whether it is a flow file (it can be sought in), or else JSON.

    Raises UsageError, one line with the file's name, for what is neither.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UsageError(f"{path} is a folder: name the recordings in it.")
        if not stat.S_ISREG(mode):
            raise UsageError(f"{path} is no ordinary file.")
        file = path.open("rb", buffering=_BUFFER)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        return _recognised(file, path)
    except BaseException:
        file.close()
        raise


def _recognised(file: BinaryIO, path: Path) -> tuple[BinaryIO, bool]:
    head = file.read(64)
    file.seek(0)
    if not head:
        raise UsageError(f"{path} is empty: nothing was recorded, or the recorder was killed before it wrote.")
    if _FLOW.match(head):
        return file, True
    if _is_json(head):
        return file, False
    if head.startswith(b"PK\x03\x04"):
        return _from_zip(file, path), False
    if head.startswith(_ZLIB):
        return io.BufferedReader(_Unpacked(_Inflating(file), path, file)), False
    for start, what in _FOREIGN:
        if head.startswith(start):
            raise UsageError(f"{path} is {what}.")
    raise UsageError(f"{path} is neither a flow file of mitmproxy nor a HAR.")


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _from_zip(file: BinaryIO, path: Path) -> BinaryIO:
    try:
        archive = zipfile.ZipFile(file)
        names = [name for name in archive.namelist() if name.lower().endswith(".har")]
        if len(names) != 1:
            raise UsageError(f"{path} holds {len(names) or 'no'} HAR files, and one is due: unpack it.")
        return io.BufferedReader(_Unpacked(archive.open(names[0]), path, file))
    # RuntimeError: it wants a password.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise UsageError(f"{path} is a zip file that cannot be unpacked here.") from error


class _Unpacked(io.RawIOBase):
    """Something unpacked, up to a bound; it says by UsageError what is wrong."""

    def __init__(self, inner: Any, path: Path, file: BinaryIO) -> None:
        self._inner, self._path, self._left, self._file = inner, path, _MOST_UNPACKED, file

    def close(self) -> None:
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        try:
            data: bytes = self._inner.read(len(view))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise UsageError(f"{self._path} cannot be unpacked: it is damaged.") from error
        self._left -= len(data)
        if self._left < 0:
            raise UsageError(f"{self._path} comes to more than {_MOST_UNPACKED >> 30} GiB unpacked.")
        view[: len(data)] = data
        return len(data)


class _Inflating:
    """A file packed by zlib, as mitmproxy writes `.zhar`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._reader, self._rest = file, zlib.decompressobj(), b""

    def read(self, count: int) -> bytes:
        while not self._reader.eof:
            packed = self._rest or self._file.read(64 * 1024)
            if not packed:
                return b""
            data = self._reader.decompress(packed, count)
            self._rest = self._reader.unconsumed_tail
            if data:
                return data
        return b""
