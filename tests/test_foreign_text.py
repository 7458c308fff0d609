"""Nothing of a stranger's breaks a line, fills a page, or brings a secret along."""

from __future__ import annotations

import pytest

from regdoctor.foreign_text import clean, short
from regdoctor.redaction import remember


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regdoctor.redaction._known", {})


def test_a_strangers_text_is_one_line_of_bounded_length() -> None:
    assert clean("a\n\x1b[31mb") == "a\\n\\x1b[31mb"
    assert len(clean("x" * 10_000)) == 300
    assert short("x" * 10_000) == "x" * 119 + "…"


def test_a_secret_is_not_cut_in_half() -> None:
    remember("hunter-of-stars", "password")

    assert clean("a hunter-of-stars", 8) == "a [reda…"
