"""What a registry says of its own storage where a request ends in an error of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regdoctor.check import Quote
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of
from regdoctor.foreign_text import clean

_CODES = ("UNKNOWN", "UNAVAILABLE")
_DENIED = (1, 13)
"""EPERM and EACCES; Go writes the number of an error of the system as it is (syscall.Errno), as Linux numbers them."""
_FULL = (28, 122)
"""ENOSPC and EDQUOT."""
_READ_ONLY = 30
"""EROFS."""


@dataclass(frozen=True, slots=True)
class StorageError:
    """One error of a storage driver, as the error envelope's detail tells it."""

    driver: str
    """`filesystem`, `s3aws`; empty where it is not told apart from the text."""
    text: str
    """For people, cleaned: `filesystem: mkdir /data/docker: permission denied`."""
    path: str
    number: int | None
    """The system's own number of the error; None where only the text tells."""
    quote: Quote

    @property
    def is_denied(self) -> bool:
        """Whether the registry's account may not do it in its folder."""
        return self._is(_DENIED, ": permission denied", ": operation not permitted")

    @property
    def is_full(self) -> bool:
        """Whether the file system has no room."""
        return self._is(_FULL, ": no space left on device", ": disk quota exceeded")

    @property
    def is_read_only(self) -> bool:
        """Whether the file system takes no writes."""
        return self._is((_READ_ONLY,), ": read-only file system")

    def _is(self, numbers: tuple[int, ...], *words: str) -> bool:
        if self.driver and self.driver != "filesystem":
            return False
        told = self.text.startswith("filesystem: ") and self.text.endswith(words)
        return told or (self.driver == "filesystem" and self.number in numbers)


def storage_error_of(call: Call) -> StorageError | None:
    """The error of the storage that an answer tells of; None for any other answer.

    distribution 2.8 writes the error's fields, `{"DriverName": "filesystem", "Enclosed": {"Op", "Path", "Err"}}`,
    which for S3 hold no reason; others write its text, `s3aws: AccessDenied: …` (registry/storage/driver, Error).
    """
    if call.status is None or call.status < 500 or not answered_by_registry_or_proxy(call):
        return None
    for error in errors_of(call):
        if error.code in _CODES and (found := _read(error.detail, call)) is not None:
            return found
    return None


def _read(detail: Any, call: Call) -> StorageError | None:
    match detail:
        case str() if detail.partition(":")[0] in _DRIVERS:
            driver, path, number, text = detail.partition(":")[0], _path(detail), None, detail
        case {
            "DriverName": str() as driver,
            "Enclosed": {"Op": str() as op, "Path": str() as path, "Err": int() as number},
        }:
            text = f"{driver}: {op} {path}: {_WORDS.get(number, f'error {number}')}"
        case {"driver": str() as driver, "detail": str() as said}:
            path, number, text = _path(said), None, f"{driver}: {said}"
        case _:
            return None
    source = call.exchange.quote().source
    return StorageError(driver, clean(text), path, number, Quote(source, clean(f"detail: {text}")))


def _path(text: str) -> str:
    """The path in an error of Go's os package: `mkdir /data/docker: permission denied`."""
    _, mark, rest = text.partition(" /")
    return f"/{rest.partition(':')[0]}" if mark else ""


_DRIVERS = ("filesystem", "s3aws", "azure", "gcs")
_WORDS = {
    1: "operation not permitted",
    13: "permission denied",
    20: "not a directory",
    28: "no space left on device",
    30: "read-only file system",
    122: "disk quota exceeded",
}
