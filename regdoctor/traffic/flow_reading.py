"""A flow file read and cleaned piece by piece; a large one by two processes."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from regdoctor.evidence.recorded import Recorded
from regdoctor.formats.flow_file import IN_MEMORY, Repeats, places, read_flow, read_record
from regdoctor.formats.raw_exchange import BadRecord, RawExchange
from regdoctor.redaction import known_forms
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.reading_aside import in_order

Item = Recorded | BadRecord
_PIECE = 256 * 1024
"""Bytes that are read together: about a hundred exchanges. A record that is larger is a piece by itself."""
_WORTH_TWO = 8 << 20
"""Bytes of a file for which another process is started."""
_MOST_TOLD = 1000


class Timed(NamedTuple):
    """An exchange with the moments by which it finds its place; both 0 for a bad record."""

    began: float
    ended: float
    item: Item


def timed(raw: RawExchange | BadRecord, marks: Marks) -> Timed:
    """One exchange, cleaned."""
    if isinstance(raw, BadRecord):
        return Timed(0.0, 0.0, raw)
    return Timed(raw.started or 0.0, _ended(raw), clean(raw, marks))


class FlowFile:
    """Where its records are; its exchanges are not in memory."""

    def __init__(self, file: BinaryIO) -> None:
        """Look it through once. file: a real one, which can be sought in."""
        self._file, self._repeats = file, Repeats()
        self._starts = array("Q")
        self._end = 0
        self._torn: list[BadRecord] = []
        self.names: list[str] = []
        """The ID of each flow; empty for one that has none."""
        self.outdated: set[int] = set()
        """Flows that are not told, by their place among the records: others have the same ID and stand behind them."""
        for place in places(file):
            if isinstance(place, BadRecord):
                self._torn.append(place)
            else:
                self._starts.append(place[0])
                self._end = place[0] + place[1]
                self.names.append(place[2])

    @property
    def size(self) -> int:
        """Bytes of records."""
        return self._end

    def exchanges(self, marks: Marks, *, may_fork: bool) -> Generator[Timed, None, None]:
        """All of them in their order, cleaned; what is damaged in the same way is told once."""
        self.names = []
        self._starts.append(self._end)
        pieces = list(self._pieces())

        def read(number: int) -> list[Timed]:
            return self._read(*pieces[number], marks)

        found: Iterable[list[Timed]]
        if may_fork and self._end >= _WORTH_TWO:
            found = in_order(len(pieces), read, known_forms, self._reopen)
        else:
            found = map(read, range(len(pieces)))
        told: set[str] = set()
        for piece in found:
            for one in piece:
                # A file of another version has as many of these as it has records.
                if isinstance(one.item, BadRecord):
                    if one.item.why in told:
                        continue
                    if len(told) < _MOST_TOLD:
                        told.add(one.item.why)
                yield one
        yield from (Timed(0.0, 0.0, bad) for bad in self._torn)

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """The first record of each, and the first behind it."""
        first, starts = 0, self._starts
        for number in range(1, len(starts)):
            if number > first + 1 and starts[number] - starts[first] > _PIECE:
                yield first, number - 1
                first = number - 1
        if first < len(starts) - 1:
            yield first, len(starts) - 1

    def _read(self, first: int, behind: int, marks: Marks) -> list[Timed]:
        starts = self._starts
        at, end = starts[first], starts[behind]
        small = end - at <= IN_MEMORY
        data = b""
        if small:
            self._file.seek(at)
            data = self._file.read(end - at)
        found = []
        for number in range(first, behind):
            if number in self.outdated:
                continue
            where, length = starts[number], starts[number + 1] - starts[number]
            if small:
                raw = read_record(data, (where - at, length), number + 1, self._repeats)
            else:
                raw = read_flow(self._file, (where, length), number + 1, self._repeats)
            if raw is not None:
                found.append(timed(raw, marks))
        return found

    def _reopen(self) -> None:
        """In a fork, which shares the place in the file else."""
        # No context closes it: the fork ends in one stroke.
        self._file = Path(f"/proc/self/fd/{self._file.fileno()}").open("rb", buffering=0)  # noqa: SIM115


def _ended(raw: RawExchange) -> float:
    moments = (raw.error_at, raw.ended, raw.answered) if raw.error else (raw.ended, raw.error_at, raw.answered)
    return next((time for time in moments if time is not None), raw.started or 0.0)
