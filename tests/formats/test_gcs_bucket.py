"""Which lifecycle rules and policies of a bucket harm a registry."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.formats.gcs_bucket import read_gcs_bucket

PREFIX = "docker/registry/v2/"
OURS = "docker/registry/v2/blobs/"


def _bucket(**settings: Any) -> dict[str, Any]:
    return {"kind": "storage#bucket", "storageClass": "STANDARD", **settings}


def _rules(condition: Any, action: str = "Delete") -> dict[str, Any]:
    return _bucket(lifecycle={"rule": [{"action": {"type": action}, "condition": condition}]})


@pytest.mark.parametrize(
    "condition",
    [
        {"age": 30},
        {"age": 0},
        {},
        {"createdBefore": "2026-01-01"},
        {"age": 30, "isLive": True},
        {"age": 30, "matchesPrefix": ["docker/"]},
        {"age": 30, "matchesPrefix": ["other/", OURS]},
        {"age": 30, "matchesSuffix": ["data"]},
        {"age": 30, "matchesStorageClass": ["STANDARD"]},
        {"age": 30, "numNewerVersions": 0},
    ],
)
def test_a_rule_that_deletes_what_is_live(condition: dict[str, Any]) -> None:
    found = read_gcs_bucket(_rules(condition), PREFIX)

    assert found is not None
    assert [rule.number for rule in found.deleting] == [1]
    assert found.deleting[0].when


@pytest.mark.parametrize(
    "condition",
    [
        {"age": 30, "isLive": False},
        {"numNewerVersions": 3},
        {"daysSinceNoncurrentTime": 7},
        {"daysSinceCustomTime": 7},
        {"age": 30, "matchesPrefix": ["backups/"]},
        {"age": 30, "matchesPrefix": ["docker/registry/v2/repositories/a/_uploads/"]},
        {"age": 30, "matchesSuffix": [".log"]},
        {"age": 30, "matchesStorageClass": ["ARCHIVE"]},
    ],
)
def test_a_rule_that_spares_it(condition: dict[str, Any]) -> None:
    found = read_gcs_bucket(_rules(condition), PREFIX)

    assert found is not None
    assert (found.deleting, found.rules) == ((), 1)


@pytest.mark.parametrize("action", ["SetStorageClass", "AbortIncompleteMultipartUpload"])
def test_other_actions_harm_nothing(action: str) -> None:
    found = read_gcs_bucket(_rules({"age": 1}, action), PREFIX)

    assert found is not None
    assert not found.deleting


def test_retention_and_hold() -> None:
    policy = {"retentionPeriod": "3600", "isLocked": True}
    found = read_gcs_bucket(_bucket(retentionPolicy=policy, defaultEventBasedHold=True), PREFIX)

    assert found is not None
    assert (found.retention, found.locked, found.held) == (3600, True, True)


def test_soft_delete_which_google_switches_on_is_nothing() -> None:
    found = read_gcs_bucket(_bucket(softDeletePolicy={"retentionDurationSeconds": "604800"}), PREFIX)

    assert found is not None
    assert (found.retention, found.held) == (0, False)


@pytest.mark.parametrize("value", [None, [], {}, "x", {"kind": "storage#objects"}])
def test_what_is_no_bucket(value: Any) -> None:
    assert read_gcs_bucket(value, PREFIX) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"lifecycle": {"rule": [7, None, {"action": "Delete"}, {"condition": []}]}},
        {"lifecycle": "x", "retentionPolicy": [], "defaultEventBasedHold": "yes"},
        {"retentionPolicy": {"retentionPeriod": "9" * 5000}},
        {"lifecycle": {"rule": [{"action": {"type": "SetStorageClass"}}] * 5000}},
    ],
)
def test_a_bucket_of_a_hostile_server_does_no_harm(settings: dict[str, Any]) -> None:
    found = read_gcs_bucket(_bucket(**settings), PREFIX)

    assert found is not None
    assert (found.deleting, found.retention, found.held) == ((), 0, False)
    assert found.rules <= 1000
