"""A bucket that lets nothing be replaced is a finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regdoctor.check import Dialect, Quote
from regdoctor.checks.storage.gcs_retention_blocks_pushes import gcs_retention_blocks_pushes
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


def test_neither_passes(given: Given) -> None:
    assert given.passes(gcs_retention_blocks_pushes, access=_access(softDeletePolicy={"retentionDurationSeconds": "9"}))


def test_a_policy_and_a_hold(given: Given) -> None:
    settings = {"retentionPolicy": {"retentionPeriod": "60"}, "defaultEventBasedHold": True}
    fail = given.fail(gcs_retention_blocks_pushes, access=_access(**settings))

    assert "keeps each object for 60 seconds and holds each new object" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == (
        "gcloud storage buckets update gs://images --clear-retention-period --no-default-event-based-hold",
    )


def test_a_locked_policy_has_no_command(given: Given) -> None:
    fail = given.fail(
        gcs_retention_blocks_pushes, access=_access(retentionPolicy={"retentionPeriod": "60", "isLocked": True})
    )

    assert fail.remedy[Dialect.PLAIN].commands == ()
    assert "another bucket" in fail.remedy[Dialect.PLAIN].text


def test_settings_that_may_not_be_read_are_unknown(given: Given) -> None:
    access = GcsAccess(
        "https://s", "images", "", SAID, KEY, GIVEN, _said({"permissions": FOUR}), settings=_said({}, 403)
    )

    assert "storage.buckets.get" in given.unknown(gcs_retention_blocks_pushes, access=access)
