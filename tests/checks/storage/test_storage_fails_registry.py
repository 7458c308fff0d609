"""Which answers of a registry tell that its own call of its storage failed, and which are told by other checks."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.check import Skip
from regdoctor.checks.storage.storage_fails_registry import storage_fails_registry
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import errors, exchanged

START = "POST /v2/group/app/blobs/uploads/"
READ = "GET /v2/group/app/manifests/latest"
REFUSED = {"DriverName": "s3aws", "Enclosed": {"RequestFailure": {}}}
SILENT: dict[str, Any] = {"DriverName": "s3aws", "Enclosed": {}}


def body(detail: object, code: str = "UNKNOWN") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": "unknown error", "detail": detail}]}


@pytest.mark.parametrize(
    ("request_line", "detail", "words", "mode"),
    [
        (START, REFUSED, "(s3aws) refuses it a call, and the registry answers 500 to a client (start upload", "S3-04"),
        (READ, REFUSED, "(get manifest, which takes listing and reading)", "S3-05"),
        (READ, SILENT, "gets no answer from its storage (s3aws), or has no credentials", "S3-05"),
        (READ, "s3aws: AccessDenied: Access Denied", "fails it (s3aws: AccessDenied: Access Denied)", "S3-05"),
        (START, "s3aws: RequestError: send request failed", "send request failed", "S3-04"),
        (START, {"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/x", "Err": 5}}, "error 5", "S3-04"),
    ],
)
def test_a_call_of_the_storage_that_fails_is_told(request_line: str, detail: object, words: str, mode: str) -> None:
    [fail] = seen(storage_fails_registry, exchanged(request_line, 500, body=body(detail)))

    assert words in fail.message
    assert fail.failure_modes == (mode,)
    assert fail.resource == "https://registry.example.com"


@pytest.mark.parametrize(
    "detail",
    [
        "s3aws: AccessDenied: Access Denied",
        "s3aws: SlowDown: Please reduce your request rate.",
        "s3aws: AccessDenied: kms:GenerateDataKey",
        {"DriverName": "filesystem", "Enclosed": {"Op": "mkdir", "Path": "/x", "Err": 13}},
        {"DriverName": "filesystem", "Enclosed": {"Op": "open", "Path": "/x", "Err": 28}},
        {"DriverName": "s3aws", "Enclosed": "what no registry writes"},
        {"DriverName": ["s3aws"], "Enclosed": {}},
        {"Name": "a", "Reason": {}},
        {},
        None,
    ],
)
def test_what_other_checks_name_and_what_tells_nothing_is_left_to_them(detail: object) -> None:
    assert not seen(storage_fails_registry, exchanged(START, 500, body=body(detail)))


def test_answers_that_are_no_failure_of_the_storage_are_none() -> None:
    assert not seen(storage_fails_registry, exchanged(READ, 404, body=errors("MANIFEST_UNKNOWN", "manifest unknown")))
    assert not seen(storage_fails_registry, exchanged(START, 503, body=errors("UNAVAILABLE", "service unavailable")))
    assert not seen(storage_fails_registry, exchanged(START, 500, (), b"<html>no</html>"))


def test_without_a_recording_it_is_skipped() -> None:
    [outcome] = told(storage_fails_registry, Absent("no recording", applicable=False))
    assert isinstance(outcome, Skip)
