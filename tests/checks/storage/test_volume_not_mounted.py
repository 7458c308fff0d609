"""A volume of fstab that did not come up, and a container without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.volume_not_mounted import volume_not_mounted
from tests.checks.storage.storage_mounts import mount, storage

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_a_planned_volume_that_is_missing_is_mended_by_mounting_it(given: Given) -> None:
    seen = storage(mount(point="/"), planned=mount("xfs", point="/srv"), planned_missing=True)
    fail = given.fail(volume_not_mounted, storage=seen)

    assert fail.resource == "/srv"
    assert fail.remedy[Dialect.PLAIN].commands[-1] == "sudo mount /srv"


def test_a_containers_own_layers_are_a_warning(given: Given) -> None:
    seen = storage(mount("overlay", point="/"), in_container=True)

    assert given.fail(volume_not_mounted, storage=seen).severity is Severity.WARNING


def test_what_is_mounted_passes_and_a_copy_is_skipped(given: Given) -> None:
    given.passes(volume_not_mounted, storage=storage(mount(), planned=mount()))
    given.passes(volume_not_mounted, storage=storage())
    given.skips(volume_not_mounted, storage=storage(mount(), planned=mount(), live=False))
