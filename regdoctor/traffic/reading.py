"""Reads recordings of every kind as one stream of cleaned exchanges, in the order in which they ended."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from regdoctor.evidence.recorded import Recorded
from regdoctor.exit_codes import UsageError
from regdoctor.formats.flow_file import Repeats, bounds, flow_id, read_flow
from regdoctor.formats.har import NoHarError, read_har
from regdoctor.formats.raw_exchange import BadRecord, RawExchange
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.opening import open_recording

Item = Recorded | BadRecord
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
    opened = []
    for path in paths:
        file, is_flow = open_recording(path)
        files.callback(file.close)
        opened.append((path, file, is_flow))
    outdated = _last_of_each([file for _, file, is_flow in opened if is_flow])
    several = len(opened) > 1
    streams = []
    for path, file, is_flow in opened:
        raws = _in_order(_flows(file, outdated) if is_flow else _entries(path, file))
        streams.append(_first_seen(_cleaned(raws, marks, f"{path.name}: " if several else ""), path))
    if not several:
        return chain(*streams)
    merged = heapq.merge(
        *(_timed(stream, number) for number, stream in enumerate(streams)), key=lambda entry: entry[:3]
    )
    return (item for *_, item in merged)


def _last_of_each(files: list[BinaryIO]) -> dict[tuple[int, int], str]:
    """Records that are not the last with their ID, by the file's place in memory and where they begin."""
    seen: dict[str, tuple[int, int]] = {}
    outdated: dict[tuple[int, int], str] = {}
    for file in files:
        for where in bounds(file):
            if not isinstance(where, BadRecord) and (name := flow_id(file, where)):
                if name in seen:
                    outdated[seen[name]] = name
                seen[name] = (id(file), where[0])
    return outdated


def _flows(file: BinaryIO, outdated: dict[tuple[int, int], str]) -> Iterator[RawExchange | BadRecord]:
    told: set[str] = set()
    repeats = Repeats()
    for number, where in enumerate(bounds(file), 1):
        if isinstance(where, BadRecord):
            yield where
            return
        if (id(file), where[0]) in outdated:
            continue
        found = read_flow(file, where, number, repeats)
        # A file of another version has as many of these as it has records.
        if found is None or (isinstance(found, BadRecord) and found.why in told):
            continue
        if isinstance(found, BadRecord) and len(told) < _MOST_BAD_AHEAD:
            told.add(found.why)
        yield found


def _entries(path: Path, file: BinaryIO) -> Iterator[RawExchange | BadRecord]:
    try:
        yield from read_har(file)
    except NoHarError as error:
        raise UsageError(f"{path}: {error}.") from error


def _in_order(raws: Iterator[RawExchange | BadRecord]) -> Iterator[RawExchange | BadRecord]:
    """By when they ended. An exchange is held back until no later one can have ended before it.

    Recorders write in the order in which exchanges began or ended, so that the next one ends no earlier than this one
    began, or ended.
    """
    held: list[tuple[float, int, RawExchange | BadRecord]] = []
    latest = furthest = 0.0
    for number, raw in enumerate(raws):
        # A bad record stands behind all that was before it.
        if isinstance(raw, RawExchange):
            latest = max(latest, raw.started or 0.0)
            furthest = max(furthest, _ended(raw))
        heapq.heappush(held, (_ended(raw) if isinstance(raw, RawExchange) else furthest, number, raw))
        while held and (held[0][0] <= latest or len(held) > _MOST_HELD):
            yield heapq.heappop(held)[2]
    yield from (heapq.heappop(held)[2] for _ in range(len(held)))


_MOST_HELD = 2000


def _ended(raw: RawExchange) -> float:
    places = (raw.error_at, raw.ended, raw.answered) if raw.error else (raw.ended, raw.error_at, raw.answered)
    return next((time for time in places if time is not None), raw.started or 0.0)


def _cleaned(raws: Iterator[RawExchange | BadRecord], marks: Marks, before: str) -> Iterator[Item]:
    for raw in raws:
        yield BadRecord(before + raw.where, raw.why) if isinstance(raw, BadRecord) else clean(raw, marks)


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
