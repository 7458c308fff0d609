"""A rule that deletes layers is a finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regdoctor.check import Quote
from regdoctor.checks.storage.gcs_lifecycle_deletes_blobs import gcs_lifecycle_deletes_blobs
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.formats.google_key import GoogleKey

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URL = "https://storage.googleapis.com/storage/v1/b/images"
SAID = Quote("/etc/docker/registry/config.yml", "bucket: images", 4)
FOUR = [f"storage.objects.{verb}" for verb in ("list", "get", "create", "delete")]
KEY = GcsKey(KeySource.KEYFILE, SAID, "/etc/gcs.json", key=GoogleKey("service_account", "a@p.iam.gserviceaccount.com"))
GIVEN = Exchange("POST", "https://oauth2.googleapis.com/token", status=200)


def _said(value: Any, status: int = 200) -> Exchange:
    return Exchange("GET", URL, status=status, body=json.dumps(value).encode())


def _access(**settings: Any) -> GcsAccess:
    tested = _said({"permissions": FOUR})
    bucket = _said({"kind": "storage#bucket", "storageClass": "STANDARD", **settings})
    return GcsAccess("https://storage.googleapis.com", "images", "", SAID, KEY, GIVEN, tested, settings=bucket)


def test_no_rule_passes(given: Given) -> None:
    assert given.passes(gcs_lifecycle_deletes_blobs, access=_access())


def test_each_rule_that_deletes_is_told(given: Given) -> None:
    rule = {"action": {"type": "Delete"}, "condition": {"age": 30}}
    narrow = {"action": {"type": "Delete"}, "condition": {"age": 9, "matchesPrefix": ["docker/registry/v2/blobs/"]}}
    found = given.fails(gcs_lifecycle_deletes_blobs, access=_access(lifecycle={"rule": [rule, narrow]}))

    assert [fail.resource for fail in found] == ["images:rule 1", "images:rule 2"]
    assert "for every key" in found[0].message
    assert "'docker/registry/v2/blobs/'" in found[1].message


def test_settings_that_may_not_be_read_are_unknown(given: Given) -> None:
    access = GcsAccess(
        "https://s", "images", "", SAID, KEY, GIVEN, _said({"permissions": FOUR}), settings=_said({}, 403)
    )

    assert "storage.buckets.get" in given.unknown(gcs_lifecycle_deletes_blobs, access=access)
