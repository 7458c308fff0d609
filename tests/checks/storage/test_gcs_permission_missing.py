"""A permission that is missing is named; what the test of the bucket cannot tell is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Quote, Severity
from regdoctor.checks.storage.gcs_permission_missing import gcs_permission_missing
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.formats.google_key import GoogleKey
from tests.checks.seen_in_traffic import GCS_LINK, refusal, seen, sent_on

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URL = "https://storage.googleapis.com/storage/v1/b/images"
SAID = Quote("/etc/docker/registry/config.yml", "bucket: images", 4)
FOUR = [f"storage.objects.{verb}" for verb in ("list", "get", "create", "delete")]
KEY = GcsKey(KeySource.KEYFILE, SAID, "/etc/gcs.json", key=GoogleKey("service_account", "a@p.iam.gserviceaccount.com"))
GIVEN = Exchange("POST", "https://oauth2.googleapis.com/token", status=200)


def _said(value: Any, status: int = 200) -> Exchange:
    return Exchange("GET", URL, status=status, body=json.dumps(value).encode())


def _access(*held: str, **more: Any) -> GcsAccess:
    tested = _said({"kind": "storage#testIamPermissionsResponse", "permissions": list(held)})
    return GcsAccess("https://storage.googleapis.com", "images", "", SAID, KEY, GIVEN, tested, email="a@p", **more)


def test_the_four_are_enough(given: Given) -> None:
    assert given.passes(gcs_permission_missing, access=_access(*FOUR))


@pytest.mark.parametrize(
    ("missing", "severity", "modes"),
    [
        ("storage.objects.list", Severity.CRITICAL, ("S3-05",)),
        ("storage.objects.get", Severity.CRITICAL, ("S3-05",)),
        ("storage.objects.create", Severity.ERROR, ("S3-04",)),
        ("storage.objects.delete", Severity.ERROR, ("S3-04",)),
    ],
)
def test_each_is_named(given: Given, missing: str, severity: Severity, modes: tuple[str, ...]) -> None:
    held = [one for one in FOUR if one != missing]
    listing = _said({}, 403) if missing == FOUR[0] else _said({"kind": "storage#objects"})
    tested_object = _said({"kind": "storage#testIamPermissionsResponse", "permissions": held})
    access = _access(*held, listing=listing, tested_object=tested_object)
    fail = given.fail(gcs_permission_missing, access=access)

    assert f"lacks {missing} on images" in fail.message
    assert (fail.severity, fail.failure_modes) == (severity, modes)


def test_a_role_on_some_keys_only_is_unknown(given: Given) -> None:
    access = _access(listing=_said({"kind": "storage#objects"}))

    assert "keys only" in given.unknown(gcs_permission_missing, access=access)


def test_the_buckets_test_alone_is_no_finding(given: Given) -> None:
    """A viewer of the bucket who is an admin of the registry's keys by a condition looks like this."""
    access = _access(*FOUR[:2], listing=_said({"kind": "storage#objects"}), reading=_said({}))

    told = given.unknown(gcs_permission_missing, access=access)
    assert "denies storage.objects.create and storage.objects.delete" in told


def test_a_store_that_does_not_tell_is_unknown(given: Given) -> None:
    access = GcsAccess("https://s", "images", "", SAID, KEY, GIVEN, _said({}, 503))

    assert "503" in given.unknown(gcs_permission_missing, access=access)


def test_a_link_of_an_account_without_the_permission_is_told_in_traffic() -> None:
    [fail] = seen(gcs_permission_missing, *sent_on(GCS_LINK, 403, body=refusal("AccessDenied"), method="GET"))
    assert "storage.objects.get on images" in fail.message
    assert not seen(
        gcs_permission_missing, *sent_on(GCS_LINK, 403, body=refusal("SignatureDoesNotMatch"), method="GET")
    )
