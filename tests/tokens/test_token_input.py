"""A token is found in whatever form people have it, and what is none is told without a piece of it."""

from __future__ import annotations

import pytest

from regdoctor.tokens.token_input import LARGEST, read_token_input


@pytest.mark.parametrize(
    "given",
    [
        "aaa.bbb.ccc\n",
        "Bearer aaa.bbb.ccc",
        "Authorization: bearer  aaa.bbb.ccc\r\n",
        '"aaa.bbb.ccc"',
        '{"token": "aaa.bbb.ccc", "access_token": "other"}',
        '{"token": "", "access_token": "aaa.bbb.ccc"}',
        "\ufeffaaa.bbb.ccc",
    ],
)
def test_every_form_gives_the_token(given: str) -> None:
    assert read_token_input(given.encode()).reveal() == "aaa.bbb.ccc"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (b"", "no token"),
        (b"Bearer ", "no token"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"{" * 100_000, "JSON"),
        (b'{"token": 5}', "neither"),
        (b"<!DOCTYPE html>", "HTML"),
        (b"canary.canary canary", "white space"),
        (b"a" * (LARGEST + 1), "larger"),
    ],
)
def test_what_is_none_is_told_in_a_line(given: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        read_token_input(given)
    assert "canary" not in str(refused.value)
    assert "\n" not in str(refused.value)
