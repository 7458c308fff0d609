"""`${NAME}` in Compose files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.interpolation import UnknownVariableError, interpolated

KNOWN = {"A": "one", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-${A}", "one-one"),
        ("${X:-two}", "two"),
        ("${EMPTY:-two}", "two"),
        ("${EMPTY-two}", ""),
        ("${A:+three}", "three"),
        ("${X:+three}", ""),
        ("${A:?must be set}", "one"),
        ("price $$5 of $${A}", "price $5 of ${A}"),
        ("plain", "plain"),
    ],
)
def test_what_the_files_tell_is_put_in(text: str, expected: str) -> None:
    assert interpolated(text, KNOWN) == expected


@pytest.mark.parametrize("text", ["${X}", "$X", "${X:?must be set}", "${EMPTY:?must be set}", "a $ b", "${A", "${1}"])
def test_what_only_the_shell_knows_stays_open(text: str) -> None:
    with pytest.raises(UnknownVariableError):
        interpolated(text, KNOWN)


@given(st.text(alphabet="${}:-A ", max_size=40))
def test_no_text_crashes_it(text: str) -> None:
    try:
        interpolated(text, KNOWN)
    except UnknownVariableError:
        assert "$" in text
