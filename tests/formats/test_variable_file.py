"""Files of NAME=value lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.variable_file import parse_variable_file

FILE = b"""\
# a comment
; another
PLAIN=a b # not this
export EXPORTED=x
DOUBLE="with \\"quotes\\" # and a hash"
SINGLE='as $it \\is'
EMPTY=

no assignment
=nameless
"""


def test_values_come_with_their_lines() -> None:
    found = {one.name: (one.value, one.place.line) for one in parse_variable_file(FILE, "/x/.env")}
    assert found == {
        "PLAIN": ("a b", 3),
        "EXPORTED": ("x", 4),
        "DOUBLE": ('with "quotes" # and a hash', 5),
        "SINGLE": ("as $it \\is", 6),
        "EMPTY": ("", 7),
    }


def test_docker_takes_all_after_the_sign_as_it_is() -> None:
    found = parse_variable_file(b'A="b" # c\nB = d\n', "/x/env", quotes=False)
    assert [(one.name, one.value) for one in found] == [("A", '"b" # c'), ("B ", " d")]


@given(st.binary(max_size=200), st.booleans())
def test_no_input_crashes_it(data: bytes, quotes: bool) -> None:
    for one in parse_variable_file(data, "/x", quotes=quotes):
        assert one.name
        assert one.place.line


@pytest.mark.parametrize("start", ["a", "a=", 'a="', "a=b", "a='"])
@pytest.mark.parametrize("filling", [" ", "\\", "x"])
def test_a_line_four_times_as_long_takes_no_more_than_that_and_some(start: str, filling: str) -> None:
    def seconds(length: int) -> float:
        spent = []
        for _ in range(3):
            began = time.process_time()
            parse_variable_file((start + filling * length + "z").encode(), ".env")
            spent.append(time.process_time() - began)
        return sorted(spent)[1]

    assert seconds(400_000) < 10 * seconds(100_000) + 0.2  # where it grew with the square: sixteen times many seconds
