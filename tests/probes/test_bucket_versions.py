"""In a bucket that keeps versions a trial leaves none, or no more than one may, and never one that is locked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_bucket import Untold
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.formats.s3_documents import ObjectLock
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.bucket_versions import Keeping, ObjectVersion, listed_versions, made_markers, made_version
from regdoctor.probes.bucket_writes import BucketWrites
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.s3_writes import try_writes
from tests.probes.versioned_store import VersionedStore

ENABLED = b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>%s</ObjectLockConfiguration>"
RULE = b"<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>7</Years></DefaultRetention></Rule>"
FREE, LOCKED, UNTOLD = ENABLED % b"", ENABLED % RULE, None
Serve = Callable[..., Any]


def tried(store: VersionedStore, serve: Serve, door: Http, ledger: Path) -> S3Writes:
    """A trial on the store."""
    url = serve(store).url
    text = f"storage: {{s3: {{regionendpoint: '{url}', bucket: reg, accesskey: access-key, secretkey: secret-key}}}}"
    bucket = registry_bucket(parse_registry_config(text.encode(), "c.yml"), door)
    return try_writes(BucketWrites(bucket, {}), Ledger(ledger))


@pytest.mark.parametrize("lock", [FREE, UNTOLD])
@pytest.mark.parametrize("refused", [(), ("list versions",)])
def test_every_version_and_marker_is_removed(
    serve: Serve, door: Http, tmp_path: Path, lock: bytes | None, refused: tuple[str, ...]
) -> None:
    store = VersionedStore(lock, refused)
    writes = tried(store, serve, door, tmp_path / "ledger.json")
    assert store.versions == []
    assert store.written > 4
    assert (writes.removed, writes.leftover) == (True, "")
    assert json.loads((tmp_path / "ledger.json").read_text("utf-8")) == []


def test_what_stays_for_want_of_a_permission_is_told(serve: Serve, door: Http, tmp_path: Path) -> None:
    store = VersionedStore(FREE, ("delete version",))
    writes = tried(store, serve, door, tmp_path / "ledger.json")
    assert writes.removed
    assert "noncurrent" in writes.leftover
    assert "403" in writes.leftover
    assert all(store.current(key) is None for key, _, _ in store.versions)


def test_under_retention_nothing_is_written(serve: Serve, door: Http, tmp_path: Path) -> None:
    store = VersionedStore(LOCKED)
    with pytest.raises(CouldNotGatherError, match=r"retains each new object .COMPLIANCE, 2555 days"):
        tried(store, serve, door, tmp_path / "ledger.json")
    assert store.written == 0


def test_where_a_lock_is_not_told_one_object_is_tried_first(serve: Serve, door: Http, tmp_path: Path) -> None:
    store = VersionedStore(UNTOLD, ("delete version",))
    writes = tried(store, serve, door, tmp_path / "ledger.json")
    assert [call.action for call in writes.calls] == ["PUT", "HEAD", "GET"]
    assert len([content for _, _, content in store.versions if content is not None]) == 1
    assert "only one object was written" in writes.leftover
    assert "s3:GetBucketObjectLockConfiguration" in writes.leftover


@pytest.mark.parametrize(
    ("versions", "lock", "removable"),
    [
        (False, Untold("no"), True),
        (True, ObjectLock(False), True),
        (True, ObjectLock(True), True),
        (True, ObjectLock(True, "GOVERNANCE", 1), False),
        (Untold("no"), ObjectLock(False), True),
        (Untold("no"), Untold("no"), False),
        (True, Untold("no"), False),
    ],
)
def test_what_may_be_locked_is_not_taken_for_removable(
    versions: bool | Untold, lock: ObjectLock | Untold, removable: bool
) -> None:
    assert Keeping(versions, lock).is_removable is removable


def answer(body: bytes = b"", *headers: tuple[str, str], status: int = 200) -> Exchange:
    """An answer of the store."""
    return Exchange("PUT", "http://s3/reg", status=status, headers=headers, body=body)


def test_nothing_but_ones_own_versions_is_read_from_a_listing() -> None:
    rows = "".join(
        f"<{kind}><Key>{key}</Key><VersionId>{version}</VersionId></{kind}>"
        for kind, key, version in (
            ("Version", "own", "1"),
            ("DeleteMarker", "own", "2"),
            ("Version", "another", "3"),
            ("Version", "own", ""),
            ("Version", "own", "x" * 1025),
        )
    )
    page = f"<ListVersionsResult>{rows}</ListVersionsResult>".encode()
    assert listed_versions(answer(page), ["own"]) == (ObjectVersion("own", "1"), ObjectVersion("own", "2"))
    assert listed_versions(answer(page, status=403), ["own"]) is None
    assert listed_versions(answer(page.replace(b"Versions", b"Bucket")), ["own"]) is None
    assert listed_versions(answer(b"<html>"), ["own"]) is None


def test_versions_that_calls_made_are_read_from_their_answers() -> None:
    assert made_version("k", answer(b"", ("x-amz-version-id", "v"))) == ObjectVersion("k", "v")
    assert made_version("k", answer()) is None
    assert made_version("k", answer(b"", ("x-amz-version-id", "v"), status=403)) is None
    row = (
        b"<DeleteResult><Deleted><Key>k</Key><DeleteMarkerVersionId>m</DeleteMarkerVersionId></Deleted></DeleteResult>"
    )
    assert made_markers(answer(row), ["k"]) == (ObjectVersion("k", "m"),)
    assert made_markers(answer(row), ["other"]) == ()
    assert made_markers(answer(b"<html>"), ["k"]) == ()
