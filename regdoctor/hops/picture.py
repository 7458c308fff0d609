"""The walk as a ladder for the terminal: the sentence first, then a rung for each hop."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from regdoctor.hops.rows import Row, Walk

_MARKS = {"fine": "✓", "fault": "✗", "unknown": "?", "not tried": "·"}
_COLOURS = {"fine": "32", "fault": "31", "unknown": "33", "not tried": "2"}
"""SGR parameters (ECMA-48, section 8.3.117)."""
_NAME, _TIME, _STATUS = 16, 8, 20
"""Columns of the parts of a rung that have a place of their own; the address gets what is left."""
_COMMAND = re.compile(r"`[^`]*`")
_JOINT = "\0"
"""Stands for a space at which no line may end: no text that is shown has one of its own."""


def picture(walk: Walk, width: int = 80, *, colour: bool = False) -> str:
    """The text, each line at most `width` columns of text; a name that is too long is cut in the middle."""
    lines = textwrap.wrap(walk.sentence, width, break_long_words=True, break_on_hyphens=False)
    lines += ["", *_wrapped(f"{walk.request}, {walk.asked_as}", width, ""), ""]
    here = "▲ it starts here" if walk.verdict.certain else "▲ it starts here, or behind it"
    rows = [line for row in walk.rows for line in _rung(row, width, here, row is walk.rows[-1])]
    shown = [_coloured(line, mark) if colour else line for line, mark in rows]
    if walk.not_pushed and walk.not_pushed not in walk.sentence:
        shown += ["", *_wrapped(f"Nothing was pushed: {walk.not_pushed}", width, "")]
    return "\n".join([*lines, *shown]) + "\n"


def _rung(row: Row, width: int, here: str, is_last: bool) -> Iterator[tuple[str, str]]:
    """The lines of a hop, each with the mark that gives it its colour; empty for none."""
    time = "" if row.seconds is None else f"{row.seconds * 1000:.0f} ms"
    status = "not tried" if row.mark == "not tried" else row.status
    room = width - 3 - _NAME - _TIME - _STATUS - 3
    by = f" ({row.answered_by})" if row.answered_by and row.answered_by not in row.name else ""
    head = f" {_MARKS[row.mark]} {_cut(row.name, _NAME):<{_NAME}} {_cut(row.url, room):<{room}} {time:>{_TIME}}"
    yield f"{head} {_cut(status + by, _STATUS)}".rstrip(), row.mark
    rail = "   " if is_last else " │ "
    if row.starts_here:
        yield f"{rail}  {here}", row.mark
    for note in row.notes:
        yield from ((line, "") for line in _wrapped(note, width, f"{rail}  "))
    for note in row.left:
        yield from ((line, "") for line in _whole(note, width, f"{rail}  "))


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=True,
        break_on_hyphens=False,
        max_lines=4,
        placeholder=" …",
    )


def _whole(text: str, width: int, indent: str) -> list[str]:
    """All of the text; a command in it, between backquotes, stays on one line however long, to be pasted."""
    joined = _COMMAND.sub(lambda found: found[0].replace(" ", _JOINT), text)
    lines = textwrap.wrap(
        joined,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_JOINT, " ") for line in lines]


def _cut(text: str, room: int) -> str:
    """`text` in `room` columns, its middle left out where it is longer: the ends of addresses tell them apart."""
    if len(text) <= room:
        return text
    kept = room - 1
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"


def _coloured(line: str, mark: str) -> str:
    return f"\x1b[{_COLOURS[mark]}m{line}\x1b[0m" if mark else line
