"""Bytes and inodes that the next push needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.storage.disk_full import disk_full
from regdoctor.target import Target
from tests.checks.seen_in_traffic import seen
from tests.checks.storage.storage_mounts import GIB, mount, room, storage
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

MIB = 2**20


@pytest.mark.parametrize(
    ("seen", "severity", "words"),
    [
        (room(0), Severity.ERROR, "more than 0 MiB will not fit"),
        (room(99 * MIB), Severity.ERROR, "more than 99 MiB will not fit"),
        (room(4 * GIB), Severity.WARNING, "few more pushes"),
        (room(50 * GIB, files_free=63), Severity.ERROR, "makes more files"),
        (room(50 * GIB, files_free=19_000), Severity.WARNING, "each makes files"),
    ],
)
def test_it_says_what_it_means_for_the_next_push(given: Given, seen: object, severity: Severity, words: str) -> None:
    fail = given.fail(disk_full, storage=storage(mount(), room=seen), target=Target())

    assert fail.severity is severity
    assert words in fail.message


def test_a_layer_that_was_named_must_fit(given: Given) -> None:
    fail = given.fail(disk_full, storage=storage(mount(), room=room(20 * GIB)), target=Target(layer_size=21 * GIB))
    assert "20,480 MiB" in fail.message


@pytest.mark.parametrize(
    "seen", [room(50 * GIB), room(12 * GIB, 1000 * GIB), room(GIB, 2 * GIB), room(50 * GIB, files=0, files_free=0)]
)
def test_room_enough_and_file_systems_that_count_no_inodes_pass(given: Given, seen: object) -> None:
    assert "free" in given.passes(disk_full, storage=storage(mount(), room=seen), target=Target())


def test_what_could_not_be_asked_is_unknown(given: Given) -> None:
    given.unknown(disk_full, storage=storage(mount()), target=Target())


@pytest.mark.parametrize("seen", [room(2 * MIB, 2 * MIB), room(60 * MIB, 64 * MIB)])
def test_a_small_volume_that_is_nearly_all_free_is_not_full(given: Given, seen: object) -> None:
    given.passes(disk_full, storage=storage(mount("tmpfs"), room=seen), target=Target())


def test_a_layer_that_was_named_must_fit_on_a_small_volume_too(given: Given) -> None:
    seen = storage(mount("tmpfs"), room=room(2 * MIB, 2 * MIB))
    assert "2 MiB will not fit" in given.fail(disk_full, storage=seen, target=Target(layer_size=3 * MIB)).message


def test_a_small_volume_with_no_inodes_left_is_full(given: Given) -> None:
    seen = storage(mount("tmpfs"), room=room(2 * MIB, 2 * MIB, files_free=0))
    assert "makes more files" in given.fail(disk_full, storage=seen, target=Target()).message


def test_a_volume_that_takes_no_writes_is_not_judged_by_its_room(given: Given) -> None:
    seen = storage(mount("tmpfs", "ro"), room=room(0, 2 * MIB))
    assert "mounted_read_only" in given.skips(disk_full, storage=seen, target=Target())


@pytest.mark.parametrize(
    ("detail", "count"),
    [
        ({"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data/docker", "Err": 28}}, 1),
        ("filesystem: mkdir /data/docker: no space left on device", 1),
        ({"driver": "filesystem", "detail": "mkdir /data/docker: no space left on device"}, 1),
        ({"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/data/docker", "Err": 20}}, 0),
        ({"DriverName": "s3aws", "Enclosed": {}}, 0),
        ("s3aws: no space left on device", 0),
        (None, 0),
    ],
)
def test_the_registry_says_so_in_traffic(detail: object, count: int) -> None:
    body = {"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": detail}]}
    found = seen(disk_full, exchanged("POST /v2/a/blobs/uploads/", 500, body=body))
    assert ["/data/docker: no space left on device" in fail.message for fail in found] == [True] * count
    assert not seen(disk_full, exchanged("POST /v2/a/blobs/uploads/", 202))
