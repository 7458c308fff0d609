"""Notes of ours are taken for what they are only where their values can be it."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.formats.recording_notes import is_time, notes_of


def test_notes_are_read_with_and_without_the_prefix_of_flows() -> None:
    metadata = {"regdoctor.client": "192.0.2.7", "request_size": 12, "regdoctor.verified": True, "foreign": "x"}

    assert notes_of(metadata) == {"client": "192.0.2.7", "request_size": 12, "verified": True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("request_digest", "sha256:short"),
        ("client", "a secret in a sentence"),
        ("request_size", -1),
        ("request_size", True),
        ("request_size", 1 << 63),
        ("ended", float("nan")),
        ("ended", 1e12),
        ("verified", "yes"),
        ("capture_origin", "https://user:secret@host"),
        ("url", "https://elsewhere"),
    ],
)
def test_what_cannot_be_its_value_is_passed_over(name: str, value: Any) -> None:
    assert notes_of({f"regdoctor.{name}": value}) == {}


def test_metadata_of_another_type_has_none() -> None:
    assert notes_of([("client", "x")]) == {}


def test_a_time_is_finite_and_not_before_the_epoch() -> None:
    assert [is_time(value) for value in (0, 1.7e9, -1, float("inf"))] == [True, True, False, False]
