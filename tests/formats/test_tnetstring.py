"""Typed netstrings are read as mitmproxy writes them, and what is none is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.tnetstring import (
    TnetstringError,
    dumps,
    entries,
    opened,
    span_at,
    value_of,
)

PLAIN = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.binary(max_size=20) | st.text(max_size=20)
VALUES = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert opened(dumps(value)) == value


def test_the_place_of_a_value_is_told_without_reading_it() -> None:
    data = dumps({"key": b"value"})

    ((key, span),) = entries(data, span_at(data, 0, len(data)))

    assert (key, data[span[1] : span[2]]) == ("key", b"value")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b":,",
        b"x:,",
        b"-1:,",
        b"5:abc,",
        b"1000000000000:a,",
        b"9999999999999:a,",
        b"1:a?",
        b"3:abc#",
        b"2:no!",
        b"1:x~",
        b"5:5:ab,]",
        b"5:1:a,1}",
        b"41:" + b"1" * 41 + b"#",
    ],
)
def test_what_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(TnetstringError):
        opened(data)


def test_nesting_has_an_end() -> None:
    data = b"0:]"
    for _ in range(40):
        data = b"%d:%b]" % (len(data), data)

    with pytest.raises(TnetstringError, match="deep"):
        value_of(data, span_at(data, 0, len(data)))


def test_there_is_no_form_for_other_types() -> None:
    with pytest.raises(TypeError):
        dumps(object())
