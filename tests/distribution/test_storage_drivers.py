"""The drivers of each registry: what was dropped is nowhere but where it was kept."""

from __future__ import annotations

from regdoctor.distribution.storage_drivers import (
    DISTRIBUTION_2_DRIVERS,
    DISTRIBUTION_3_DRIVERS,
    GITLAB_DRIVERS,
    LEFT_OUT_BY_DEBIAN,
    SIBLINGS,
)


def test_oss_and_swift_are_of_distribution_2_alone() -> None:
    assert {"oss", "swift"} == DISTRIBUTION_2_DRIVERS - DISTRIBUTION_3_DRIVERS
    assert DISTRIBUTION_3_DRIVERS < GITLAB_DRIVERS


def test_debian_leaves_out_what_others_have() -> None:
    assert LEFT_OUT_BY_DEBIAN < DISTRIBUTION_2_DRIVERS


def test_no_section_beside_the_driver_is_called_as_one() -> None:
    assert not SIBLINGS & (DISTRIBUTION_2_DRIVERS | GITLAB_DRIVERS)
