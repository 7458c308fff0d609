"""The line of every value of a TOML file, which the standard library's parser does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

Path = tuple[str, ...]
"""Keys that lead to a value; items of lists count from 0."""

_TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<mark>[\n\[\]{}=,.])"
    r"|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)
"""TOML 1.0.0, sections String, Comment, Keys; everything between tokens is blank."""


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


_END = _Token("end", "", 0)


def lines_of(text: str) -> Mapping[Path, int]:
    """The line, counted from 1, of every key, table, and item of a list.

    text: TOML that tomllib has accepted, so that only its shape is looked at here. A key has the line of its own
    name, a table that of its first header, an item that of its first character.
    """
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.now = next(self.tokens, _END)
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        """How many tables each array of tables has so far."""

    def step(self) -> _Token:
        here, self.now = self.now, next(self.tokens, _END)
        return here

    def document(self) -> None:
        table: Path = ()
        while self.now is not _END:
            if self.now.text == "[" and self.now.kind == "mark":
                table = self.header()
            elif self.now.kind == "mark":
                self.step()
            else:
                self.pair(table)

    def header(self) -> Path:
        line = self.step().line
        array = self.now.text == "[" and self.now.kind == "mark"
        if array:
            self.step()
        parts = self.key()
        here: Path = ()
        for position, part in enumerate(parts, 1):
            here = (*here, part)
            self.lines.setdefault(here, line)
            if array and position == len(parts):
                self.counts[here] = self.counts.get(here, 0) + 1
            if here in self.counts:
                here = (*here, str(self.counts[here] - 1))
                self.lines.setdefault(here, line)
        return here

    def pair(self, table: Path) -> None:
        line = self.now.line
        parts = self.key()
        for count in range(1, len(parts) + 1):
            self.lines.setdefault((*table, *parts[:count]), line)
        self.step()  # the equals sign
        self.value((*table, *parts))

    def key(self) -> Path:
        parts: list[str] = []
        while self.now.kind in ("bare", "string"):
            token = self.step()
            parts.append(token.text if token.kind == "bare" else _unquoted(token.text))
            if self.now.text == ".":
                self.step()
        return tuple(parts)

    def value(self, path: Path) -> None:
        if self.now.kind == "mark" and self.now.text in "[{":
            (self.array if self.now.text == "[" else self.inline_table)(path)
            return
        while self.now is not _END and not (self.now.kind == "mark" and self.now.text in "\n,]}"):
            self.step()

    def array(self, path: Path) -> None:
        self.step()
        count = 0
        while self.now is not _END and self.now.text != "]":
            if self.now.kind == "mark" and self.now.text in "\n,":
                self.step()
                continue
            item = (*path, str(count))
            self.lines[item] = self.now.line
            self.value(item)
            count += 1
        self.step()

    def inline_table(self, path: Path) -> None:
        self.step()
        while self.now is not _END and self.now.text != "}":
            if self.now.kind == "mark":
                self.step()
            else:
                self.pair(path)
        self.step()


def _tokens(text: str) -> Iterator[_Token]:
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        kind = match.lastgroup or ""
        if kind != "comment":
            yield _Token(kind, match[0], line)


def _unquoted(text: str) -> str:
    return str(tomllib.loads(f"key = {text}")["key"])
