"""A bucket that Google does not know is a finding; a 404 of somebody else is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from regdoctor.check import Dialect, Quote
from regdoctor.checks.storage.gcs_bucket_missing import gcs_bucket_missing
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.formats.google_key import GoogleKey
from tests.checks.seen_in_traffic import GCS_LINK, S3_LINK, refusal, seen, sent_on

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URL = "https://storage.googleapis.com/storage/v1/b/images"
SAID = Quote("/etc/docker/registry/config.yml", "bucket: images", 4)
FOUR = [f"storage.objects.{verb}" for verb in ("list", "get", "create", "delete")]
KEY = GcsKey(KeySource.KEYFILE, SAID, "/etc/gcs.json", key=GoogleKey("service_account", "a@p.iam.gserviceaccount.com"))
GIVEN = Exchange("POST", "https://oauth2.googleapis.com/token", status=200)


def _said(value: Any, status: int = 200) -> Exchange:
    return Exchange("GET", URL, status=status, body=json.dumps(value).encode())


def _access(tested: Exchange) -> GcsAccess:
    return GcsAccess("https://storage.googleapis.com", "images", "", SAID, KEY, GIVEN, tested)


def test_a_bucket_that_is_there_passes(given: Given) -> None:
    assert given.passes(gcs_bucket_missing, access=_access(_said({"permissions": FOUR})))


def test_googles_404(given: Given) -> None:
    answer = _said({"error": {"code": 404, "message": "The specified bucket does not exist."}}, 404)
    fail = given.fail(gcs_bucket_missing, access=_access(answer))

    assert "'images'" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == ("gcloud storage buckets create gs://images",)


def test_a_page_of_somebody_else_is_unknown(given: Given) -> None:
    assert given.unknown(gcs_bucket_missing, access=_access(Exchange("GET", URL, status=404, body=b"<html>")))


def test_it_is_told_in_traffic_of_a_store_of_this_kind_alone() -> None:
    [fail] = seen(gcs_bucket_missing, *sent_on(GCS_LINK, 404, body=refusal("NoSuchBucket"), method="GET"))
    assert "'images'" in fail.message
    assert not seen(gcs_bucket_missing, *sent_on(GCS_LINK, 404, method="HEAD"))
    assert not seen(gcs_bucket_missing, *sent_on(S3_LINK, 404, body=refusal("NoSuchBucket"), method="GET"))
