"""Sizes, spans and names in sentences about traffic."""

from __future__ import annotations

import pytest

from regdoctor.traffic.wording import digest_or_tag, repository_name, size, span, status_words


def test_sizes_are_counted_in_bytes() -> None:
    assert [size(0), size(1), size(5242880)] == ["0 bytes", "1 byte", "5,242,880 bytes"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (7200, "2 hours"),
        (86400 * 3, "3 days"),
    ],
)
def test_spans_have_the_unit_that_fits(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_digest_is_shortened_and_a_tag_is_not() -> None:
    assert digest_or_tag("sha256:" + "ab" * 32) == "sha256:abababababab…"
    assert digest_or_tag("v1.2.3") == "v1.2.3"


def test_a_name_of_any_length_and_any_characters_stays_short_and_on_one_line() -> None:
    assert repository_name("group/app") == "group/app"
    name = repository_name("a\nb" * 1000)
    assert name.isprintable()
    assert len(name) <= 80


@pytest.mark.parametrize("status", [300, 418, 599, 999])
def test_an_unusual_status_has_words_as_well(status: int) -> None:
    assert status_words(status)
