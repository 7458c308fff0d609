"""Patterns that Go does not take keep the registry from starting, unless validation is off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Pass, Skip
from regdoctor.checks.manifests.manifest_url_pattern_invalid import manifest_url_pattern_invalid

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _text(pattern: str, *, key: str = "allow", switch: str = "") -> str:
    return (
        f"validation:\n  {switch}\n  manifests:\n    urls:\n      {key}:\n        - ^https://\n        - '{pattern}'\n"
    )


@pytest.mark.parametrize(
    ("pattern", "problem"), [("*.example.com", "missing argument"), ("(?=a)", "Perl"), ("(", "closing")]
)
@pytest.mark.parametrize("key", ["allow", "deny"])
def test_a_broken_pattern_is_a_finding_on_its_line(given: Given, pattern: str, problem: str, key: str) -> None:
    config = given.config(_text(pattern, key=key))
    (fail,) = given.fails(manifest_url_pattern_invalid, config=config)

    assert problem in fail.message
    assert [quote.line for quote in fail.evidence] == [7]


def test_a_text_in_place_of_the_list_is_a_finding(given: Given) -> None:
    config = given.config("validation: {disabled: true, manifests: {urls: {allow: ^https}}}")
    (fail,) = given.fails(manifest_url_pattern_invalid, config=config)

    assert "is not a list" in fail.message


@pytest.mark.parametrize(
    "text", [_text("^https?://x"), _text("(", switch="disabled: true"), "validation: {manifests: {urls: {deny: []}}}"]
)
def test_good_patterns_and_those_that_nobody_looks_at_pass(given: Given, text: str) -> None:
    (found,) = given.outcomes(manifest_url_pattern_invalid, config=given.config(text))

    assert isinstance(found, Pass)


def test_enabled_wins_over_disabled(given: Given) -> None:
    config = given.config(_text("(", switch="{}").replace("  {}\n", "  enabled: true\n  disabled: true\n"))

    assert given.fails(manifest_url_pattern_invalid, config=config)


def test_no_patterns_are_not_judged(given: Given) -> None:
    (found,) = given.outcomes(manifest_url_pattern_invalid, config=given.config("validation: {disabled: true}"))

    assert isinstance(found, Skip)
