"""What a store's answer says of a permission, and what it does not."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint

URL = "https://s3.example.com/bucket/key"
ENDPOINT = S3Endpoint("https://s3.example.com", "us-east-1", "bucket", path_style=True, root="")
LISTING = b"<?xml version='1.0'?><ListBucketResult/>"


def _call(action: str, status: int, code: str = "", body: bytes = b"", *, exists: bool = True) -> S3Call:
    return S3Call(action, "blobs", "key", Exchange("GET", URL, status=status, body=body), code, exists)


def _access(*calls: S3Call) -> S3Access:
    return S3Access(ENDPOINT, Quote("config.yml", "accesskey", 9), calls)


@pytest.mark.parametrize(
    ("call", "allowed", "refused"),
    [
        (_call("LIST", 200, body=LISTING), True, False),
        (_call("LIST", 200, body=b"<html>"), False, False),
        (_call("LIST", 404, "NoSuchBucket"), False, False),
        (_call("HEAD", 200), True, False),
        (_call("HEAD", 404), True, False),
        (_call("HEAD", 403), False, True),
        (_call("GET", 206), True, False),
        (_call("GET", 404, "NoSuchKey"), True, False),
        (_call("GET", 416, "InvalidRange"), True, False),
        (_call("GET", 404), False, False),
        (_call("GET", 301, "PermanentRedirect"), False, False),
        (_call("GET", 403, "AccessDenied"), False, True),
        (_call("LOCATION", 200, body=b"<LocationConstraint/>"), True, False),
        (_call("LIST UPLOADS", 200, body=b"<html>"), False, False),
        (_call("PRESIGNED HEAD", 404), True, False),
        (_call("PRESIGNED GET", 206), True, False),
        (_call("PUT", 200), True, False),
        (_call("ABORT", 204), True, False),
        (_call("COPY", 200, body=b"<html>"), False, False),
        (_call("DELETE", 200, "AccessDenied"), False, True),
    ],
)
def test_allowed_and_refused(call: S3Call, allowed: bool, refused: bool) -> None:
    assert (call.allowed, call.refused) == (allowed, refused)


def test_head_is_forbidden_by_what_get_says() -> None:
    listed, head = _call("LIST", 200, body=LISTING), _call("HEAD", 403)
    both = _access(listed, head, _call("GET", 403, "AccessDenied"))
    assert [call.action for call in both.forbidden] == ["HEAD", "GET"]
    assert [call.action for call in _access(listed, head, _call("GET", 206)).forbidden] == ["HEAD"]
    assert _access(listed, head, _call("GET", 403)).forbidden == ()
    assert _access(listed, head).forbidden == ()


def test_a_refused_key_that_was_made_up_says_nothing_of_reading() -> None:
    listing, get = _call("LIST", 403, "AccessDenied"), _call("GET", 403, "AccessDenied", exists=False)
    assert _access(listing, get).forbidden == (listing,)
    assert _access(_call("LIST", 200, body=LISTING), get).forbidden == ()


@pytest.mark.parametrize(
    "code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "NoSuchBucket"]
)
def test_another_code_makes_the_answers_unusable_and_is_named(code: str) -> None:
    assert code in _access(_call("LIST", 403, code)).unusable


def test_no_connection_is_unusable() -> None:
    failure = Failure(FailureKind.REFUSED, "s3.example.com:443: connection refused")
    call = S3Call("LIST", "", "", Exchange("GET", URL, failure=failure))
    assert "connection refused" in _access(call).unusable


def test_answers_about_permissions_are_usable() -> None:
    calls = (_call("LIST", 200, body=LISTING), _call("HEAD", 403), _call("GET", 403, "AccessDenied"))
    assert _access(*calls).unusable == ""


def test_a_call_is_found_by_action_and_area() -> None:
    call = _call("GET", 206)
    assert _access(call).call("GET", "blobs") is call
    assert _access(call).call("GET", "repositories") is None


def test_the_quotation_ends_with_the_stores_code() -> None:
    assert _call("GET", 403, "AccessDenied").quote().quote.endswith("403, empty body AccessDenied")


def test_the_location_that_no_registry_asks_for_and_links_are_not_among_the_forbidden() -> None:
    denied = [
        S3Call(one, "", "", Exchange("GET", URL, status=403), "AccessDenied") for one in ("LOCATION", "LIST UPLOADS")
    ]
    link = _call("PRESIGNED GET", 403, "AccessDenied")
    access = S3Access(ENDPOINT, Quote("config.yml", "accesskey", 9), (), (*denied, link))
    assert [call.action for call in access.forbidden] == ["LIST UPLOADS"]
    assert access.presigned == (link,)
