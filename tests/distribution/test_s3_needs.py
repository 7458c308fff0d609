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


def test_only_distribution_3_pulls_without_a_listing_of_blobs() -> None:
    def listing(generation: Generation) -> tuple[Use, ...]:
        return next(
            need.uses for need in needs(generation) if (need.operation, need.area) == (Operation.LIST, Area.BLOBS)
        )

    assert Use.PULL in listing(Generation.DISTRIBUTION_2)
    assert Use.PULL in listing(Generation.GITLAB)
    assert Use.PULL not in listing(Generation.DISTRIBUTION_3)


def test_only_distribution_3_looks_for_links_and_uploads_by_head() -> None:
    def heads(generation: Generation) -> set[Area]:
        return {need.area for need in needs(generation) if need.operation is Operation.HEAD}

    assert heads(Generation.DISTRIBUTION_3) == {Area.BLOBS, Area.LINKS, Area.UPLOADS}
    assert heads(Generation.GITLAB) == heads(Generation.DISTRIBUTION_2) == {Area.BLOBS}


def test_an_upload_that_stays_fails_the_push_where_move_says_so() -> None:
    def uses(generation: Generation) -> tuple[Use, ...]:
        return next(
            need.uses for need in needs(generation) if (need.operation, need.area) == (Operation.DELETE, Area.UPLOADS)
        )

    assert uses(Generation.DISTRIBUTION_2) == ()
    assert uses(Generation.GITLAB) == uses(Generation.DISTRIBUTION_3) == (Use.PUSH,)


def test_the_reasons_read_well_behind_the_registry() -> None:
    assert all(need.why and need.why[0].islower() and not need.why.endswith(".") for need in NEEDS)
