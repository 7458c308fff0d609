"""A token that is refused for the key or the clock is a finding; an endpoint that fails is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Quote
from regdoctor.checks.storage.gcs_token_refused import gcs_token_refused
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
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


def _access(token: Exchange, tested: Exchange | None = None) -> GcsAccess:
    return GcsAccess("https://storage.googleapis.com", "images", "", SAID, KEY, token, tested)


def test_a_token_that_was_given_passes(given: Given) -> None:
    assert given.passes(gcs_token_refused, access=_access(GIVEN, _said({"permissions": FOUR})))


@pytest.mark.parametrize(
    ("description", "mode"),
    [
        ("Invalid JWT Signature.", "S3-01"),
        ("Invalid grant: account not found", "S3-01"),
        ("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.", "S3-19"),
    ],
)
def test_a_refusal_says_whether_the_clock_is_to_blame(given: Given, description: str, mode: str) -> None:
    answer = _said({"error": "invalid_grant", "error_description": description}, 400)
    fail = given.fail(gcs_token_refused, access=_access(answer))

    assert fail.failure_modes == (mode,)
    assert fail.message.endswith(description.rstrip("."))


@pytest.mark.parametrize(
    "answer",
    [
        _said({"error": "server_error"}, 500),
        _said({"error": "temporarily_unavailable"}, 503),
        Exchange("POST", URL, status=200, body=b"<html>"),
        Exchange("POST", URL, failure=Failure(FailureKind.TIMEOUT, "no complete answer in time")),
    ],
)
def test_an_endpoint_that_fails_is_unknown(given: Given, answer: Exchange) -> None:
    assert given.unknown(gcs_token_refused, access=_access(answer))
