"""A store that does not answer, or that somebody answers for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.storage.s3_unreachable import s3_unreachable
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.s3_bucket import BucketSettings
from tests.checks.storage.told_buckets import PARAMETERS, bucket, error, refusing, silent

if TYPE_CHECKING:
    from tests.checks.conftest import Given

ON = f"version: 0.1\nstorage:\n  s3: {{{PARAMETERS}}}\nhealth:\n  storagedriver:\n    enabled: true\n"


def debug(given: Given, status: int = 200, body: bytes = b"{}") -> DebugServer:
    """What the registry says of itself."""
    health = given.exchange("http://127.0.0.1:5001/debug/health", status, given.json, body=body)
    return DebugServer(given.ping("http://127.0.0.1:5001").endpoint, health, health, health, None)


@pytest.mark.parametrize(
    ("kind", "severity", "mode"),
    [
        (FailureKind.REFUSED, None, "CFG-01"),
        (FailureKind.PROTOCOL, None, "CFG-01"),
        (FailureKind.NAME, None, "S3-11"),
        (FailureKind.TIMEOUT, Severity.ERROR, "CFG-01"),
    ],
)
def test_a_store_that_does_not_answer_is_told(
    given: Given, kind: FailureKind, severity: Severity | None, mode: str
) -> None:
    fail = given.fail(s3_unreachable, bucket=silent(kind), config=given.storage(PARAMETERS))
    assert "no answer" in fail.message
    assert (fail.severity, fail.failure_modes) == (severity, (mode,))


@pytest.mark.parametrize("status", [307, 401, 403, 502, 503])
def test_somebody_who_answers_in_its_place_is_told(given: Given, status: int) -> None:
    config = given.storage(PARAMETERS)
    assert str(status) in given.fail(s3_unreachable, bucket=refusing(status, b"<html>"), config=config).message
    bomb = b"<!DOCTYPE a [<!ENTITY b 'c'>]><Error><Code>AccessDenied</Code></Error>"
    given.fail(s3_unreachable, bucket=refusing(status, bomb), config=config)


@pytest.mark.parametrize(
    "found",
    [
        silent(FailureKind.TLS),
        silent(FailureKind.SCHEME),
        refusing(403, error("AccessDenied")),
        refusing(404),
        refusing(301, b"", ("x-amz-bucket-region", "eu-central-1")),
        refusing(200, b"<html>"),
    ],
)
def test_what_other_checks_judge_is_left_to_them(given: Given, found: BucketSettings) -> None:
    given.unknown(s3_unreachable, bucket=found, config=given.storage(PARAMETERS))


def test_a_registry_that_gets_through_is_believed(given: Given) -> None:
    found, on = silent(), given.config(ON)
    assert "green" in given.unknown(s3_unreachable, bucket=found, config=on, debug=debug(given))
    given.fail(s3_unreachable, bucket=found, config=on, debug=debug(given, 503, b'{"storagedriver_s3":"refused"}'))
    given.fail(s3_unreachable, bucket=found, config=given.storage(PARAMETERS), debug=debug(given))


def test_a_store_that_lists_passes_and_another_storage_is_skipped(given: Given) -> None:
    assert given.passes(s3_unreachable, bucket=bucket(), config=given.storage(PARAMETERS))
    assert given.skips(s3_unreachable, bucket=bucket(), config=given.storage("rootdirectory: /x", "filesystem"))
