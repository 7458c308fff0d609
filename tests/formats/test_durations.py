"""Durations as Go reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("60s", 60.0), ("1m30s", 90.0), ("1.5h", 5400.0), ("500ms", 0.5), ("0", 0.0), ("0s", 0.0), ("+2m", 120.0)],
)
def test_go_durations_become_seconds(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "60", "60 s", "s", "1d", "-5s", "1s1", "٣s" * 40])
def test_anything_else_is_none(text: str) -> None:
    assert seconds(text) is None


@given(st.text(max_size=100))
def test_no_text_crashes_it(text: str) -> None:
    found = seconds(text)
    assert found is None or found >= 0
