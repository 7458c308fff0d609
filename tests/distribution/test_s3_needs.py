"""What each line of registry software asks of its bucket."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.s3_needs import NEEDS, needs
from regdoctor.distribution.s3_operations import Area, Operation, Use


@pytest.mark.parametrize("generation", [None, *Generation])
def test_each_call_is_told_once_and_every_operation_is_there(generation: Generation | None) -> None:
    calls = [(need.operation, need.area) for need in needs(generation)]
    assert len(set(calls)) == len(calls)
    assert {operation for operation, _ in calls} == set(Operation)


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("use", Use)
def test_everything_that_people_do_needs_something(generation: Generation, use: Use) -> None:
    assert any(use in need.uses for need in needs(generation))


def test_a_pull_from_3_lists_nothing_where_28_does() -> None:
    def listing(generation: Generation) -> tuple[Use, ...]:
        return next(
            need.uses for need in needs(generation) if (need.operation, need.area) == (Operation.LIST, Area.BLOBS)
        )

    assert Use.PULL in listing(Generation.DISTRIBUTION_2)
    assert Use.PULL not in listing(Generation.DISTRIBUTION_3)


def test_the_reasons_read_well_behind_the_registry() -> None:
    assert all(need.why and need.why[0].islower() and not need.why.endswith(".") for need in NEEDS)
