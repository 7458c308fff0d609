"""Bytes and inodes that the next push needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.storage.disk_full import disk_full
from regdoctor.target import Target
from tests.checks.storage.storage_mounts import GIB, mount, room, storage

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
