"""What a missing permission breaks."""

from __future__ import annotations

import pytest

from regdoctor.distribution.gcs_operations import CREATE, DELETE, GET, LIST, NEEDS, PERMISSIONS, breaks
from regdoctor.distribution.s3_operations import Use


@pytest.mark.parametrize(
    ("permission", "uses"),
    [
        (LIST, {Use.HEALTH, Use.PUSH, Use.DELETE, Use.GC}),
        (GET, {Use.PULL, Use.PUSH, Use.DELETE, Use.GC}),
        (CREATE, {Use.PUSH}),
        (DELETE, {Use.PUSH, Use.DELETE, Use.GC}),
    ],
)
def test_each_permission_breaks_something(permission: str, uses: set[Use]) -> None:
    assert set(breaks(frozenset((permission,)))) == uses


def test_four_permissions_are_all_that_is_needed() -> None:
    assert set(PERMISSIONS) == {LIST, GET, CREATE, DELETE}
    assert all(need.uses and need.why for need in NEEDS)
    assert breaks(frozenset()) == ()
