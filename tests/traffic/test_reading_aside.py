"""Work that a second process does a part of comes out as if one had done it, and no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regdoctor.traffic import reading_aside
from regdoctor.traffic.reading_aside import can_work_aside, in_order

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all is done in one process")
MAKER = os.getpid()


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes that were started; also where the machine has one core alone, or this process several threads."""
    monkeypatch.setattr(reading_aside, "can_work_aside", lambda: True)
    started: list[int] = []
    fork = os.fork

    def noted() -> int:
        number = fork()
        if number:
            started.append(number)
        return number

    monkeypatch.setattr(os, "fork", noted)
    return started


def _who(number: int) -> tuple[int, int]:
    return number, os.getpid()


def _run(count: int, work: Callable[[int], tuple[int, int]]) -> Iterator[tuple[int, int]]:
    return in_order(count, work, lambda: 0, lambda: None)


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_all_comes_in_order_and_each_does_a_part(forks: list[int]) -> None:
    def slow(number: int) -> tuple[int, int]:
        _work_for(0.005)
        return _who(number)

    found = list(_run(60, slow))

    assert [number for number, _ in found] == list(range(60))
    assert {process for _, process in found} == {MAKER, *forks}
    assert all(map(_is_gone, forks))


def test_nothing_is_done_twice_where_all_goes_well(forks: list[int], tmp_path: Path) -> None:
    log = tmp_path / "log"

    def noted(number: int) -> tuple[int, int]:
        with log.open("a") as file:
            file.write(f"{number}\n")
        return _who(number)

    list(_run(50, noted))

    assert sorted(map(int, log.read_text().split())) == list(range(50))


def test_what_is_done_ahead_is_bounded(forks: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log"

    def noted(number: int) -> tuple[int, int]:
        with log.open("a") as file:
            file.write(f"{number}\n")
        return _who(number)

    found = _run(1000, noted)
    for _ in range(3):
        next(found)
    _work_for(0.3)

    assert max(map(int, log.read_text().split())) <= 3 + reading_aside._HELD
    found.close()  # type: ignore[attr-defined]
    assert all(map(_is_gone, forks))


def test_results_that_no_pipe_holds_come_whole(forks: list[int]) -> None:
    found = in_order(12, lambda number: bytes([number]) * (3 << 20), lambda: 0, lambda: None)

    assert all(result == bytes([number]) * (3 << 20) for number, result in enumerate(found))


def test_where_the_other_process_is_killed_all_is_done_here(forks: list[int]) -> None:
    found = []
    for result in _run(200, _who):
        found.append(result)
        if len(found) == 20:
            os.kill(forks[0], signal.SIGKILL)

    assert [number for number, _ in found] == list(range(200))
    assert found[-1][1] == MAKER


def test_an_error_there_is_the_error_here(forks: list[int]) -> None:
    def broken(number: int) -> tuple[int, int]:
        if number == 30:
            raise ValueError("the thirtieth")
        return _who(number)

    found = _run(60, broken)
    with pytest.raises(ValueError, match="the thirtieth"):
        list(found)

    assert all(map(_is_gone, forks))


def test_what_the_other_did_counts_no_more_where_something_has_changed(forks: list[int]) -> None:
    known = [1]
    found = []
    for number, seen in in_order(100, lambda number: (number, tuple(known)), lambda: tuple(known), lambda: None):
        found.append((number, seen))
        if number == 10:
            known.append(2)

    assert found == [(number, (1,) if number <= 10 else (1, 2)) for number in range(100)]


def test_without_another_process_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(reading_aside, "can_work_aside", lambda: True)
    monkeypatch.setattr(os, "fork", refused)
    before = _open_files()

    assert list(_run(30, _who)) == [(number, MAKER) for number in range(30)]
    assert _open_files() == before


def test_with_one_core_none_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})

    assert not can_work_aside()


_ENDLESS = """
import os, sys, time
from regdoctor.traffic import reading_aside
reading_aside.can_work_aside = lambda: True
fork = os.fork
def noted():
    number = fork()
    if number:
        print(number, flush=True)
    return number
os.fork = noted
def work(number):
    return time.process_time() > 1e9
for _ in reading_aside.in_order(1 << 30, work, lambda: 0, lambda: None):
    pass
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whatever_ends_a_process_ends_the_one_that_it_started(end: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", _ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as maker:
        assert maker.stdout is not None
        other = int(maker.stdout.readline())
        maker.send_signal(end)
        maker.wait(20)
        # It holds the same standard output: there is an end of it when both are gone.
        assert maker.stdout.read() == b""
    deadline = time.monotonic() + 10
    while not _is_gone(other) and time.monotonic() < deadline:
        _work_for(0.01)

    assert _is_gone(other)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _work_for(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
