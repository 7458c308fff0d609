"""Runs a check that may find several things, and sees that each finding has all that one needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Check, Fail, Outcome

if TYPE_CHECKING:
    from tests.checks.conftest import Given

Outcomes = Callable[..., list[Outcome]]
Findings = Callable[..., list[Fail]]


@pytest.fixture
def outcomes(given: Given) -> Outcomes:
    """All that a check says; of findings each is complete."""

    def run(item: Check, **evidence: object) -> list[Outcome]:
        said = item.judge(**evidence)
        assert isinstance(said, Iterable)
        found = list(said)
        assert found
        for one in found:
            if isinstance(one, Fail):
                _complete(given, item, one)
        return found

    return run


@pytest.fixture
def findings(outcomes: Outcomes) -> Findings:
    """The findings of a check."""

    def run(item: Check, **evidence: object) -> list[Fail]:
        return [one for one in outcomes(item, **evidence) if isinstance(one, Fail)]

    return run


def _complete(given: Given, item: Check, fail: Fail) -> None:
    """What the builders ask of a finding, asked of one of several; and that its failure modes are declared."""
    single = SimpleNamespace(judge=lambda: fail, inputs={}, name=item.name, failure_modes=item.failure_modes)
    given.fail(single)  # type: ignore[arg-type]
    assert set(fail.failure_modes or item.failure_modes) <= set(item.failure_modes)
    assert fail.resource
    assert not re.search(r"[.!]$", fail.message)
