"""A disk counts as full where not even one layer has room, or no inode is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Quote
from regdoctor.checks.clients.client_disk_full import client_disk_full
from regdoctor.evidence.docker_disk import DockerDisk

if TYPE_CHECKING:
    from tests.checks.conftest import Given

GIB = 2**30
SAID = Quote("/etc/docker/daemon.json", "data-root: /data", 2)


@pytest.mark.parametrize(
    ("size", "free", "files", "left"),
    [(100 * GIB, 2 * GIB, 1000, 500), (100 * GIB, 50 * GIB, 0, 0), (0, 0, 0, 0), (2 * GIB, GIB // 2, 1000, 10)],
)
def test_a_disk_with_room_passes(given: Given, size: int, free: int, files: int, left: int) -> None:
    assert "/data" in given.passes(client_disk_full, disk=DockerDisk("/data", SAID, size, free, files, left))


@pytest.mark.parametrize(("size", "free"), [(100 * GIB, GIB // 2), (GIB, GIB // 16), (100 * GIB, 0)])
def test_a_disk_without_room_is_told_with_its_numbers(given: Given, size: int, free: int) -> None:
    fail = given.fail(client_disk_full, disk=DockerDisk("/data", SAID, size, free, 1000, 500))

    assert f"{free // 2**20:,} of {size // 2**20:,} MiB are free" in fail.message
    assert fail.resource == "/data"
    assert SAID in fail.evidence


def test_inodes_run_out_too(given: Given) -> None:
    fail = given.fail(client_disk_full, disk=DockerDisk("/data", SAID, 100 * GIB, 50 * GIB, 1_000_000, 12))

    assert "12 of 1,000,000 inodes are free" in fail.message
