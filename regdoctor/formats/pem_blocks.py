"""The armour of PEM: where each block begins and ends, and the bytes in it, as Go and OpenSSL see them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from regdoctor.redaction import remember

MOST_BLOCKS = 1_000
"""Blocks read of one file; a system's whole trust store has about 150."""

_BEGIN = re.compile(r"-----BEGIN ([A-Za-z0-9 ._/#]{1,64})-----")
_LITERAL = re.compile(r"-----BEGIN [A-Za-z0-9 ._/#]{1,64}-----(?:\\r)?\\n")


@dataclass(frozen=True, slots=True)
class PemBlock:
    """One block between its BEGIN and its END."""

    label: str
    line: int
    """Line of the BEGIN, counted from 1."""
    der: bytes = field(repr=False)
    text: str = field(repr=False)
    """The block alone, lines ending in a line feed."""
    encrypted: bool = False
    """By the old headers (Proc-Type: 4,ENCRYPTED) or by its label."""


@dataclass(frozen=True, slots=True)
class PemText:
    """What a text holds in PEM."""

    blocks: tuple[PemBlock, ...]
    problems: tuple[str, ...]
    """A line for each piece that looks like a block and that Go and OpenSSL would not take; `line N: …`."""
    literal_newlines: bool
    """Line breaks are written as the two characters `\\n`; the blocks were read as if they were line
    breaks.
    """


def has_literal_newlines(text: str) -> bool:
    """Whether a BEGIN is followed by the two characters `\\n` in place of a line break."""
    return _LITERAL.search(text) is not None


def split_pem(text: str) -> PemText:
    """The blocks of `text`. Raises nothing; private keys in it, broken ones too, are remembered for
    redaction.
    """
    literal = has_literal_newlines(text)
    scan = _Scan()
    for number, line in _lines(text, literal):
        scan.take(number, line)
        if len(scan.blocks) + len(scan.problems) >= MOST_BLOCKS:
            scan.problems.append(f"line {number}: more than {MOST_BLOCKS:,} blocks; the rest was not read")
            scan.label = None
            break
    scan.end()
    return PemText(tuple(scan.blocks), tuple(scan.problems), literal)


def _lines(text: str, literal: bool) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if literal and "\\n" in line:
            for part in line.strip().strip("\"'").replace("\\r", "").split("\\n"):
                yield number, part.rstrip()
        else:
            yield number, line.rstrip()


class _Scan:
    def __init__(self) -> None:
        self.blocks: list[PemBlock] = []
        self.problems: list[str] = []
        self.label: str | None = None
        self.line = 0
        self.body: list[str] = []

    def take(self, number: int, line: str) -> None:
        begin = _BEGIN.fullmatch(line)
        if begin:
            self.end()
            self.label, self.line, self.body = begin[1], number, []
        elif "-----BEGIN " in line:
            self.end()
            _remember_private(line)
            self.problems.append(f"line {number}: {_why_no_begin(line)}")
        elif self.label is None:
            return
        elif line == f"-----END {self.label}-----":
            self.finish(self.label)
            self.label = None
        elif line.startswith("-----END "):
            self.end(f"the {self.label} block does not end with -----END {self.label}-----")
        else:
            self.body.append(line)

    def end(self, why: str = "") -> None:
        """Gives up a block that is still open."""
        if self.label is not None:
            _remember_private("\n".join((f"-----BEGIN {self.label}-----", *self.body)))
            self.problems.append(f"line {self.line}: {why or f'the {self.label} block has no END line'}")
            self.label = None

    def finish(self, label: str) -> None:
        text = "\n".join((f"-----BEGIN {label}-----", *self.body, f"-----END {label}-----", ""))
        _remember_private(text)
        headers = [line for line in self.body if ":" in line]
        body = "".join(line for line in self.body if ":" not in line)
        encrypted = label == "ENCRYPTED PRIVATE KEY" or any("ENCRYPTED" in line for line in headers)
        try:
            der = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            self.problems.append(f"line {self.line}: the {label} block is not base64")
            return
        self.blocks.append(PemBlock(label, self.line, der, text, encrypted))


def _why_no_begin(line: str) -> str:
    if line.startswith("\ufeff"):
        return "a byte order mark stands before BEGIN, so the block is not seen"
    if line.lstrip().startswith("-----BEGIN "):
        if line[0].isspace():
            return "the BEGIN line is indented, so the block is not seen"
        return "the BEGIN line goes on; the block's line breaks are lost"
    return "text stands before BEGIN on its line, so the block is not seen"


def _remember_private(text: str) -> None:
    if "PRIVATE KEY-----" in text:
        remember(text, "private key")
        for word in text.split():
            if len(word) >= 20 and "-----" not in word:
                remember(word, "private key")
        remember("".join(line for line in text.splitlines() if "-----" not in line), "private key")
