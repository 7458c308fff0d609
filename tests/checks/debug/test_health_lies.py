"""A green health check is called a lie only where the store refuses for want of a permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.debug.health_lies import health_lies
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint

if TYPE_CHECKING:
    from tests.checks.conftest import Given

ENDPOINT = S3Endpoint("https://s3.example.com", "us-east-1", "bucket", path_style=True, root="")
ON = "version: 0.1\nhealth:\n  storagedriver:\n    enabled: true\n"


def _debug(given: Given, status: int = 200, body: bytes = b"{}") -> DebugServer:
    health = given.exchange("http://127.0.0.1:5001/debug/health", status, given.json, body=body)
    return DebugServer(given.ping("http://127.0.0.1:5001").endpoint, health, health, health, None)


def _access(given: Given, status: int, code: str) -> S3Access:
    listed = given.exchange("https://s3.example.com/bucket", 200, body=b"<ListBucketResult/>")
    answer = given.exchange("https://s3.example.com/bucket/key", status)
    calls = (S3Call("LIST", "blobs", "p", listed), S3Call("GET", "blobs", "key", answer, code))
    return S3Access(ENDPOINT, given.asks().endpoint.said_by, calls)


def test_a_refusal_behind_a_green_check_is_a_finding(given: Given) -> None:
    fail = given.fail(
        health_lies, debug=_debug(given), access=_access(given, 403, "AccessDenied"), config=given.config(ON)
    )
    assert "refuses GET: it only lists the root" in fail.message
    assert [quote.line for quote in fail.evidence] == [None, 4, None]


def test_a_check_that_is_off_is_named(given: Given) -> None:
    off = given.config("version: 0.1\n")
    fail = given.fail(health_lies, debug=_debug(given), access=_access(given, 403, "AccessDenied"), config=off)
    assert "the storage's health check is off" in fail.message


def test_without_a_configuration_it_is_not_called_off(given: Given) -> None:
    fail = given.fail(health_lies, debug=_debug(given), access=_access(given, 403, "AccessDenied"))
    assert "is off" not in fail.message


def test_a_store_that_grants_passes(given: Given) -> None:
    assert given.passes(health_lies, debug=_debug(given), access=_access(given, 206, ""))


def test_a_red_check_does_not_lie(given: Given) -> None:
    debug = _debug(given, 503, b'{"storagedriver_s3":"AccessDenied"}')
    assert "not green" in given.skips(health_lies, debug=debug, access=_access(given, 403, "AccessDenied"))


def test_a_refusal_without_words_is_not_taken_for_a_missing_permission(given: Given) -> None:
    reason = given.unknown(health_lies, debug=_debug(given), access=_access(given, 403, ""))
    assert "without saying why" in reason


def test_credentials_that_are_no_good_are_another_matter(given: Given) -> None:
    reason = given.skips(health_lies, debug=_debug(given), access=_access(given, 403, "InvalidAccessKeyId"))
    assert "InvalidAccessKeyId" in reason


def test_no_report_is_unknown(given: Given) -> None:
    assert "404" in given.unknown(health_lies, debug=_debug(given, 404, b""), access=_access(given, 206, ""))
