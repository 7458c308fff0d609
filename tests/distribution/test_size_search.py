"""The search for a limit ends, asks few times, and finds round limits to the byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from regdoctor.distribution.size_search import next_size

MIB = 1 << 20


def searched(let_in: int, refused: int, limit: int) -> tuple[int, int, int]:
    """What is let in and refused at the end, and how often was asked, where `limit` is the largest that passes."""
    asked = 0
    while (size := next_size(let_in, refused)) is not None:
        asked += 1
        assert let_in < size < refused
        let_in, refused = (size, refused) if size <= limit else (let_in, size)
    return let_in, refused, asked


@given(some.integers(0, 1 << 27), some.integers(0, 1 << 27), some.integers(0, 1 << 27))
def test_any_limit_is_found_to_the_byte(low: int, middle: int, high: int) -> None:
    low, limit, high = sorted((low, middle, high))
    assert searched(low, high + 1, limit)[:2] == (limit, limit + 1)


def test_round_limits_are_found_within_twenty_questions() -> None:
    for limit in (64 * MIB, 100 * MIB, 127 * MIB):
        assert searched(64 * MIB, 128 * MIB + 1, limit)[2] <= 9
    assert searched(8 * MIB, 16 * MIB, 13_107_200)[2] <= 20
    assert searched(0, MIB // 2, 100 << 10)[2] <= 20


def test_there_is_nothing_to_try_between_neighbours() -> None:
    assert next_size(7, 8) is None
