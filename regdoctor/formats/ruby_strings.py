"""What a string of Ruby says: quotes, percent forms, escapes and here documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from regdoctor.formats.ruby_source import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

Interpolate = Callable[["Node"], str | None]
"""Given `#{…}`: the text that it stands for; None where that is known at run time only."""

_ESCAPE = re.compile(r"\\(u\{[^}]*\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|[\s\S])")
_ONE = {
    "n": "\n",
    "t": "\t",
    "s": " ",
    "r": "\r",
    "e": "\x1b",
    "a": "\a",
    "b": "\b",
    "v": "\v",
    "f": "\f",
    "\n": "",
}
_CONTROL = frozenset("cCM")
_MARK = "\0"
"""Stands where an interpolation was. No Ruby that is read here holds a NUL."""


def string_text(node: Node, interpolate: Interpolate) -> str | None:
    """The text of a `string`, a `delimited_symbol` or a `bare_string`; None where the run decides it.

    Single quotes and %q take a backslash as it is, unless another one or their own delimiter follows
    (Ruby's doc/syntax/literals.rdoc).
    """
    opening, closing = text_of(node.children[0]), text_of(node.children[-1])
    if opening == "'" or opening.startswith(("%q", ":'")):
        written = _between(node, node.children[1:-1])
        if "\\" not in written:
            return written
        ends = "".join({opening[-1], closing[-1:]})
        return re.sub(rf"\\([\\{re.escape(ends)}])", r"\1", written)
    return _double(node, node.children[1:-1], interpolate)


def word_text(node: Node, interpolate: Interpolate, *, plain: bool) -> str | None:
    """The text of one word of `%w[…]` (plain) or `%W[…]`."""
    if plain:
        return re.sub(r"\\([\s\\\[\](){}<>])", r"\1", text_of(node))
    return _double(node, node.children, interpolate)


def heredoc_text(beginning: Node, body: Node, interpolate: Interpolate) -> str | None:
    """The text of a here document; None for one in backticks, and where the run decides it."""
    word = text_of(beginning)
    if "`" in word:
        return None
    parts = [child for child in body.children if child.type != "heredoc_end"]
    values = [] if "'" in word else [interpolate(part) for part in parts if part.type == "interpolation"]
    if None in values:
        return None
    text = _marked(body, parts, raw="'" in word)
    text = text[1:] if text.startswith("\n") else text  # the end of the line with the <<WORD
    lines = text.split("\n")
    text = "\n".join(lines[:-1]) + ("\n" if len(lines) > 1 else "")  # the last is the indent of the end word
    if word.startswith("<<~"):
        text = _dedent(text)
    if "'" in word:
        return text
    pieces = [_unescaped(piece) for piece in text.split(_MARK)]
    if None in pieces:
        return None
    return _woven(pieces, values)


def _double(node: Node, parts: list[Node], interpolate: Interpolate) -> str | None:
    values = [interpolate(part) for part in parts if part.type == "interpolation"]
    pieces = [_unescaped(piece) for piece in _marked(node, parts, raw=False).split(_MARK)]
    return None if None in values or None in pieces else _woven(pieces, values)


def _woven(pieces: list[str | None], values: list[str | None]) -> str:
    joined = [pieces[0] or ""]
    for value, piece in zip(values, pieces[1:], strict=True):
        joined += [value or "", piece or ""]
    return "".join(joined)


def _between(node: Node, parts: list[Node]) -> str:
    """As written, from the first part to the last: also the blanks that are no node."""
    if not parts or node.text is None:
        return ""
    written = node.text[parts[0].start_byte - node.start_byte : parts[-1].end_byte - node.start_byte]
    return written.decode("utf-8", "replace")


def _marked(node: Node, parts: list[Node], *, raw: bool) -> str:
    """As written, with a mark for each interpolation."""
    if not parts or node.text is None:
        return ""
    written, at, pieces = node.text, parts[0].start_byte, []
    for part in parts:
        if part.type == "interpolation" and not raw:
            pieces.append(written[at - node.start_byte : part.start_byte - node.start_byte])
            at = part.end_byte
    end = node.children[-1].start_byte if node.type == "heredoc_body" else parts[-1].end_byte
    pieces.append(written[at - node.start_byte : end - node.start_byte])
    return _MARK.join(piece.decode("utf-8", "replace") for piece in pieces)


def _dedent(text: str) -> str:
    """Without the indent that all lines share; lines of blanks do not count, and a tab reaches to a multiple of 8."""
    lines = text.split("\n")
    widths = [_width(line) for line in lines if line.strip(" \t")]
    least = min(widths, default=0)
    return "\n".join(_cut(line, least) for line in lines)


def _width(line: str) -> int:
    width = 0
    for char in line:
        if char not in " \t":
            break
        width = width + 1 if char == " " else (width // 8 + 1) * 8
    return width


def _cut(line: str, least: int) -> str:
    width = 0
    for index, char in enumerate(line):
        reached = width + 1 if char == " " else (width // 8 + 1) * 8
        if char not in " \t" or reached > least:
            return line[index:]
        width = reached
    return ""


def _unescaped(text: str) -> str | None:
    """Text in double quotes with its escapes resolved; None with control and meta escapes, which nobody writes here."""
    if "\\" not in text:
        return text
    if any(found[1] in _CONTROL for found in _ESCAPE.finditer(text)):
        return None
    out = bytearray()  # \xHH and \NNN are bytes, which together may make one character
    at = 0
    for found in _ESCAPE.finditer(text):
        out += text[at : found.start()].encode() + _escaped(found[1])
        at = found.end()
    return (bytes(out) + text[at:].encode()).decode("utf-8", "replace")


def _escaped(code: str) -> bytes:
    if code.startswith("u{"):
        return "".join(_character(point) for point in code[2:-1].split()).encode()
    if len(code) == 5 and code[0] == "u":
        return _character(code[1:]).encode()
    if code[0] == "x" and len(code) > 1:
        return bytes((int(code[1:], 16),))
    if code[0] in "01234567":
        return bytes((int(code, 8) & 0xFF,))
    return _ONE.get(code, code).encode()


def _character(point: str) -> str:
    """A character by its number in base 16; what is none becomes U+FFFD."""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,6}", point):
        return "\ufffd"
    number = int(point, 16)
    return "\ufffd" if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF else chr(number)
