"""How systemd splits a line into words: quotes, escapes, and the line of the file that each word is on."""

from __future__ import annotations

from dataclasses import dataclass

_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word, with what stood in quotes or after a backslash put in."""

    text: str
    line: int


def split(text: str, line: int = 1) -> tuple[Word, ...]:
    """The words of a value whose first line is `line`; a backslash at the end of a line continues it.

    A quote that is never closed ends with the text. Source: systemd.syntax(7), section Quoting.
    """
    found: list[Word] = []
    here: list[str] = []
    quote, begun, at = "", False, line
    index = 0
    while index < len(text):
        char = text[index]
        index += 1
        if char == "\n":
            line += 1
        if char == "\\" and index < len(text):
            step, piece = _escaped(text, index)
            line += text.count("\n", index, index + step)
            index += step
            if piece or quote:
                at, begun = (at if begun else line), True
                here.append(piece)
        elif quote:
            if char == quote:
                quote = ""
            else:
                here.append(char)
        elif char in "\"'":
            at, begun, quote = (at if begun else line), True, char
        elif char.isspace():
            if begun:
                found.append(Word("".join(here), at))
            here, begun = [], False
        else:
            at, begun = (at if begun else line), True
            here.append(char)
    if begun:
        found.append(Word("".join(here), at))
    return tuple(found)


def _escaped(text: str, index: int) -> tuple[int, str]:
    """How many characters after a backslash belong to it, and what they stand for."""
    char = text[index]
    if char == "\n":
        return 1, ""
    if char == "x":
        digits = text[index + 1 : index + 3]
        if len(digits) == 2 and all(digit in "0123456789abcdefABCDEF" for digit in digits):
            return 3, chr(int(digits, 16))
    return 1, _ESCAPES.get(char, char)
