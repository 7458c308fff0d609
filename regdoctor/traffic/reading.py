"""Reads recordings of every kind as one stream of cleaned exchanges, in the order in which they ended."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from regdoctor.evidence.recorded import Recorded
from regdoctor.exit_codes import UsageError
from regdoctor.formats.har import NoHarError, read_har
from regdoctor.formats.raw_exchange import BadRecord
from regdoctor.traffic.cleaning import Marks
from regdoctor.traffic.flow_reading import FlowFile, Item, Timed, timed
from regdoctor.traffic.opening import open_recording

_MOST_BAD_AHEAD = 1000
"""Bad records at the beginning of a file, after which it is no recording."""


def read_recordings(paths: Iterable[Path]) -> Iterator[Item]:
    """The exchanges of all files together, in the order in which they ended; one at a time is in memory.

    Of flows with the same ID the last counts. Marks of credentials are the same across the files of one call. Raises
    UsageError at once for a file that is no recording, or of which nothing can be read.
    """
    files = contextlib.ExitStack()
    try:
        items = _together(list(paths), files)
    except BaseException:
        files.close()
        raise
    return _until_closed(items, files)


def _until_closed(items: Iterator[Item], files: contextlib.ExitStack) -> Iterator[Item]:
    with files:
        yield from items


def _together(paths: list[Path], files: contextlib.ExitStack) -> Iterator[Item]:
    marks = Marks()
    opened: list[tuple[Path, BinaryIO | FlowFile]] = []
    for path in paths:
        file, is_flow = open_recording(path)
        files.callback(file.close)
        opened.append((path, FlowFile(file) if is_flow else file))
    flows = [one for _, one in opened if isinstance(one, FlowFile)]
    _leave_the_last(flows)
    largest = max(flows, key=lambda one: one.size, default=None)
    several = len(opened) > 1
    streams = []
    for path, one in opened:
        if isinstance(one, FlowFile):
            found = one.exchanges(marks, may_fork=one is largest)
            files.callback(found.close)
        else:
            found = _entries(path, one, marks)
        streams.append(_first_seen(_named(_in_order(found), f"{path.name}: " if several else ""), path))
    if not several:
        return chain(*streams)
    merged = heapq.merge(
        *(_timed(stream, number) for number, stream in enumerate(streams)), key=lambda entry: entry[:3]
    )
    return (item for *_, item in merged)


def _leave_the_last(files: list[FlowFile]) -> None:
    """Of flows with the same ID the last is told alone, wherever the others are."""
    seen: dict[str, tuple[FlowFile, int]] = {}
    for file in files:
        for number, name in enumerate(file.names):
            if name and name in seen:
                before, outdated = seen[name]
                before.outdated.add(outdated)
            if name:
                seen[name] = (file, number)


def _entries(path: Path, file: BinaryIO, marks: Marks) -> Generator[Timed, None, None]:
    try:
        for raw in read_har(file):
            yield timed(raw, marks)
    except NoHarError as error:
        raise UsageError(f"{path}: {error}.") from error


def _in_order(exchanges: Iterator[Timed]) -> Iterator[Item]:
    """By when they ended. An exchange is held back until no later one can have ended before it.

    Recorders write in the order in which exchanges began or ended, so that the next one ends no earlier than this one
    began, or ended.
    """
    held: list[tuple[float, int, Item]] = []
    latest = furthest = 0.0
    for number, (began, ended, item) in enumerate(exchanges):
        # A bad record stands behind all that was before it.
        if not isinstance(item, BadRecord):
            latest = max(latest, began)
            furthest = max(furthest, ended)
        heapq.heappush(held, (furthest if isinstance(item, BadRecord) else ended, number, item))
        while held and (held[0][0] <= latest or len(held) > _MOST_HELD):
            yield heapq.heappop(held)[2]
    yield from (heapq.heappop(held)[2] for _ in range(len(held)))


_MOST_HELD = 2000


def _named(items: Iterator[Item], before: str) -> Iterator[Item]:
    """The same; a bad record is told with its file's name."""
    for item in items:
        yield BadRecord(before + item.where, item.why) if isinstance(item, BadRecord) else item


def _first_seen(items: Iterator[Item], path: Path) -> Iterator[Item]:
    """The same, looked into as far as its first exchange. Raises UsageError where nothing but bad records comes."""
    ahead: list[Item] = []
    for item in items:
        ahead.append(item)
        if isinstance(item, Recorded) or len(ahead) > _MOST_BAD_AHEAD:
            break
    first = ahead[0] if ahead else None
    if isinstance(first, BadRecord) and not isinstance(ahead[-1], Recorded):
        raise UsageError(f"{path}: nothing of it can be read: {first.where.rpartition(': ')[2]}: {first.why}.")
    return chain(ahead, items)


def _timed(items: Iterator[Item], number: int) -> Iterator[tuple[float, int, int, Item]]:
    """With keys that only grow, so that the order within a file stays."""
    latest = 0.0
    for count, item in enumerate(items):
        latest = max(latest, item.ended) if isinstance(item, Recorded) else latest
        yield latest, number, count, item
