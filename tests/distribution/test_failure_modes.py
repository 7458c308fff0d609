"""The list of failure modes is whole and reads well."""

from __future__ import annotations

import re

from regdoctor.distribution.failure_modes import FAILURE_MODES

FAMILIES = {
    "TLS": 15,
    "AUTH": 26,
    "PROXY": 29,
    "S3": 41,
    "FS": 15,
    "MAN": 13,
    "GC": 13,
    "CFG": 16,
    "RED": 6,
    "NOT": 5,
    "HA": 6,
    "RL": 6,
    "CLI": 12,
    "GL": 26,
}
"""How many there are of each: GL-02b is one of its own."""


def test_every_number_of_each_family_is_there() -> None:
    counted = {family: sum(mode.startswith(f"{family}-") for mode in FAILURE_MODES) for family in FAMILIES}

    assert counted == FAMILIES
    assert len(FAILURE_MODES) == 229
    for family, count in FAMILIES.items():
        numbers = {mode for mode in FAILURE_MODES if mode.startswith(f"{family}-")} - {"GL-02b"}
        assert numbers == {f"{family}-{number:02}" for number in range(1, len(numbers) + 1)}
        assert len(numbers) == count - (family == "GL")


def test_each_is_said_in_one_line_that_fits_a_terminal() -> None:
    for mode, words in FAILURE_MODES.items():
        assert re.fullmatch(r"[A-Z0-9]+-[0-9]{2}b?", mode)
        assert 5 < len(words) <= 71, words
        assert not words.endswith(".")
    assert len(set(FAILURE_MODES.values())) == len(FAILURE_MODES)
