"""JSON from strangers is walked and written out safely, or is None."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.bounded_json import parse_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_ordinary_json_is_what_json_says(value: object) -> None:
    assert parse_json(json.dumps(value)) == value


@given(st.text() | st.binary())
def test_whatever_is_parsed_can_be_written_out(data: str | bytes) -> None:
    json.dumps(parse_json(data), ensure_ascii=False).encode()


@pytest.mark.parametrize(("depth", "taken"), [(64, True), (65, False), (200_000, False)])
def test_depth_is_bounded(depth: int, taken: bool) -> None:
    assert (parse_json("[" * depth + "]" * depth) is not None) is taken


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', '"\\ud800"', '[{"\\udfff": 1}]'])
def test_what_no_output_could_repeat_is_none(text: str) -> None:
    assert parse_json(text) is None
