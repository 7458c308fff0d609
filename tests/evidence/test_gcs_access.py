"""What the answers of Google's store and token endpoint say, and what they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.distribution.gcs_operations import CREATE, DELETE, GET, LIST
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.gcs_access import GcsAccess, reason
from regdoctor.evidence.gcs_key import GcsKey, KeySource

URL = "https://storage.googleapis.com"
SAID = Quote("config.yml", "said", 3)
FOUR = [LIST, GET, CREATE, DELETE]
GIVEN = Exchange("POST", "https://oauth2.googleapis.com/token", status=200)


def _said(value: Any, status: int = 200) -> Exchange:
    return Exchange("GET", f"{URL}/storage/v1/b/b", status=status, body=json.dumps(value).encode())


def _tested(*permissions: str) -> Exchange:
    return _said({"kind": "storage#testIamPermissionsResponse", "permissions": list(permissions)})


def access(tested: Exchange | None, token: Exchange = GIVEN, **more: Any) -> GcsAccess:
    """The answers, with a token that was given."""
    return GcsAccess(URL, "b", "", SAID, GcsKey(KeySource.KEYFILE, SAID), token, tested, **more)


def test_all_four_are_enough() -> None:
    found = access(_tested(*FOUR))

    assert (found.missing, found.unusable, found.conditional, found.is_missing) == (frozenset(), "", False, False)


def test_google_leaves_an_empty_list_out() -> None:
    assert access(_said({"kind": "storage#testIamPermissionsResponse"})).unclear == frozenset(FOUR)


@pytest.mark.parametrize("value", [{}, [], "x", 7, None, {"permissions": "x"}, {"permissions": 7}])
def test_an_answer_that_is_none_tells_nothing(value: Any) -> None:
    found = access(_said(value))

    assert found.held is None
    assert found.missing == frozenset()
    assert found.unusable


def test_entries_that_are_no_names_are_passed_over() -> None:
    assert access(_said({"permissions": [7, None, {}, *FOUR]})).missing == frozenset()


def test_what_a_call_proves_counts_against_the_test() -> None:
    found = access(_tested(), listing=_said({"kind": "storage#objects"}))

    assert LIST not in found.missing
    assert found.conditional


def test_the_buckets_own_test_denies_nothing_alone() -> None:
    found = access(_tested(LIST, GET), listing=_said({}))

    assert found.unclear == {CREATE, DELETE}
    assert not found.missing


def test_the_test_of_one_of_the_registrys_objects_denies_what_the_buckets_does() -> None:
    found = access(_tested(LIST, GET), listing=_said({}), tested_object=_tested(GET, CREATE))

    assert found.missing == {DELETE}
    assert not found.unclear


def test_a_bucket_with_uniform_access_has_no_test_of_objects() -> None:
    refused = _said({"error": {"code": 400, "message": "Object policies are disabled for bucket b"}}, 400)
    found = access(_tested(LIST, GET), listing=_said({}), tested_object=refused)

    assert found.unclear == {CREATE, DELETE}


@pytest.mark.parametrize(
    ("status", "body", "lists", "where"),
    [
        (404, b"No such object: b/docker/x", True, "held"),
        (404, b'{"error": {"code": 404, "message": "No such object"}}', True, "held"),
        (404, b"<html>", True, "unclear"),
        (403, b"", True, "missing"),
        (403, b"", False, "unclear"),
        (500, b"", True, "unclear"),
    ],
)
def test_what_reading_a_made_up_object_tells(status: int, body: bytes, lists: bool, where: str) -> None:
    reading = Exchange("GET", URL, status=status, body=body)
    found = access(_tested(*[LIST] * lists, CREATE, DELETE), reading=reading, made_up=True)

    assert GET in getattr(found, where)


def test_a_call_that_is_refused_proves_nothing() -> None:
    found = access(_tested(*FOUR), listing=_said({}, 403))

    assert not found.missing
    assert not found.conditional


def test_only_googles_own_404_says_that_there_is_no_bucket() -> None:
    assert access(_said({"error": {"code": 404, "message": "The specified bucket does not exist."}}, 404)).is_missing
    assert not access(Exchange("GET", URL, status=404, body=b"<html>")).is_missing


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_said({"error": {"code": 401, "message": "Invalid Credentials"}}, 401), "Invalid Credentials"),
        (Exchange("GET", URL, failure=Failure(FailureKind.REFUSED, "connection refused")), "could not be asked"),
        (Exchange("GET", URL, status=200, body=b"<html>"), "the object store answers"),
    ],
)
def test_why_nothing_is_known(answer: Exchange, words: str) -> None:
    assert words in access(answer).unusable
    assert words in str(access(answer).bucket_settings)


def test_without_a_token_the_token_endpoint_is_named() -> None:
    found = access(None, token=_said({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400))

    assert found.unusable.startswith("the token endpoint answers")
    assert "invalid_grant: Invalid JWT Signature." in found.unusable


@pytest.mark.parametrize("value", [None, [], {"error": 7}, {"error": {"message": []}}, {"error": None}])
def test_an_error_that_is_none_has_no_reason(value: Any) -> None:
    assert reason(_said(value, 400)) == ""


def test_settings_that_may_not_be_read_are_named_as_not_needed() -> None:
    said = access(_tested(*FOUR), settings=_said({}, 403)).bucket_settings

    assert isinstance(said, str)
    assert "nor need it" in said
