"""TOML files as located values: every value with its line and its dotted name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from regdoctor.formats.located import Located, Place, Scalar, UnreadableError
from regdoctor.formats.toml_lines import lines_of
from regdoctor.formats.yaml_tree import Seal

MOST_BYTES = 256 * 1024
"""Size of a file; those of container tools have some kilobytes, and tomllib's time can grow with the square."""
_MOST_VALUES = 20_000
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_LARGEST = 2**63
"""Integers of TOML have 64 bits (TOML 1.0.0, section Integer)."""

Path = tuple[str, ...]


def parse(data: bytes, source: str, *, seal: Seal | None = None) -> Located:
    """The table that a TOML file holds; an empty file gives an empty one.

    source: the file's path, as messages and places show it.
    seal: what becomes of each scalar, see `yaml_tree.Seal`; dates come as text.

    Raises UnreadableError, one line `SOURCE:LINE: what is wrong`, for whatever is not TOML.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableError(f"{source}: bigger than {MOST_BYTES // 1024} KiB, which is too big for such a file")
    text = _decoded(data, source)
    try:
        table = tomllib.loads(text)
        lines = lines_of(text)
        return _Locator(source, lines, seal).locate(table, ())
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(_refusal(str(error), text, source)) from None
    except RecursionError:
        raise UnreadableError(f"{source}: nested too deeply") from None
    except ValueError:
        raise UnreadableError(f"{source}: a number that is too long") from None


class _Locator:
    def __init__(self, source: str, lines: Mapping[Path, int], seal: Seal | None) -> None:
        self.source = source
        self.lines = lines
        self.seal = seal
        self.count = 0

    def locate(self, value: Any, path: Path) -> Located:
        self.count += 1
        if self.count > _MOST_VALUES:
            raise UnreadableError(f"{self.source}: more than {_MOST_VALUES:,} values")
        place = Place(self.source, self.lines.get(path))
        name = ".".join(path)
        if isinstance(value, dict):
            return Located({key: self.locate(item, (*path, key)) for key, item in value.items()}, place, name)
        if isinstance(value, list):
            items = tuple(self.locate(item, (*path, str(index))) for index, item in enumerate(value))
            return Located(items, place, name)
        return Located(self.scalar(value, path), place, name)

    def scalar(self, value: Any, path: Path) -> Scalar:
        if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            where = f":{self.lines[path]}" if path in self.lines else ""
            raise UnreadableError(f"{self.source}{where}: a number that is too big")
        known: Scalar = value.isoformat() if isinstance(value, date | time) else value
        if self.seal is None:
            return known
        return self.seal(path, str(known).lower() if isinstance(known, bool) else str(known), known)


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"{source}:{line}: not UTF-8 text (byte 0x{data[error.start]:02x})") from None


def _refusal(message: str, text: str, source: str) -> str:
    """One line; what the parser quotes of the file may be a piece of a secret, so that only its kind is kept."""
    found = _AT.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    words = re.sub(r"'[^']{2,}'", "…", _AT.sub("", message))
    return f"{source}:{line}: not TOML: {words[:1].lower()}{words[1:]}"
