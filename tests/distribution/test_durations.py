"""A duration is told in the largest unit that fits."""

from __future__ import annotations

import pytest

from regdoctor.distribution.durations import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (-300, "5 minutes"),
        (3600, "1 hour"),
        (86400 * 800, "2 years"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
