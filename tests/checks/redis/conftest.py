"""Redis in a registry's configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

import pytest

from regdoctor.check import Check, Outcome

Settled = Callable[[Check], Check]


@pytest.fixture
def one_outcome_of() -> Settled:
    """A check that yields its outcomes, as one that returns the only one: more, or none, are a failure."""

    def settle(item: Check) -> Check:
        def judge(**evidence: object) -> Outcome:
            outcomes = list(cast("Iterable[Outcome]", item.judge(**evidence)))
            assert len(outcomes) == 1, outcomes
            return outcomes[0]

        return replace(item, judge=judge)

    return settle
