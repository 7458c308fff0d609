"""Texts are written as Go writes them."""

from __future__ import annotations

import pytest

from regdoctor.distribution.go_formats import logged_field, moment_of, quoted, written_moment


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", '"plain"'),
        ('a "b"\\', '"a \\"b\\"\\\\"'),
        ("\a\b\t\n\v\f\r\x01\x7f", '"\\a\\b\\t\\n\\v\\f\\r\\x01\\x7f"'),
        ("é😀", '"é😀"'),
        ("\u200b\U000e0001", '"\\u200b\\U000e0001"'),
    ],
)
def test_quoted(text: str, written: str) -> None:
    assert quoted(text) == written


def test_a_field_is_quoted_only_where_it_has_to_be() -> None:
    assert logged_field("issuer", "gitlab-issuer") == "issuer=gitlab-issuer"
    assert logged_field("issuer", "a b") == 'issuer="a b"'
    assert logged_field("issuer", "") == 'issuer=""'


def test_moments() -> None:
    assert written_moment(0) == "1970-01-01 00:00:00 +0000 UTC"
    assert written_moment(253402300799.9) == "9999-12-31 23:59:59 +0000 UTC"
    assert written_moment(253402300800) is None
    assert written_moment(float(1 << 63)) is None


def test_seconds_near_the_end_of_64_bits_are_in_the_past() -> None:
    assert moment_of(253402300799) == 253402300799
    assert moment_of((1 << 63) - 1) < 0
