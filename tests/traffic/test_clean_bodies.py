"""Of bodies that is kept what says what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from regdoctor.traffic.clean_bodies import clean_request_body, clean_response_body
from regdoctor.traffic.clean_credentials import Marks

RANDOM = "Qx7f1dZ9b22kLmC0ffee55T"
PATH = "https://r/v2/a/manifests/1"


def _kept(document: Any) -> Any:
    body, _ = clean_response_body(json.dumps(document).encode(), PATH, "application/json", 200, Marks())
    return json.loads(body) if body else None


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        ({"errors": [{"code": "DENIED", "own": "a"}], "own": 1}, {"errors": [{"code": "DENIED", "own": "a"}]}),
        ({"name": "a", "tags": ["1"], "own": "x"}, {"name": "a", "tags": ["1"]}),
        ({}, {}),
        ({"config": {"Env": ["A=b"]}}, None),
        ([1], None),
        ({"schemaVersion": 1, "history": ["x"], "tag": "1"}, {"schemaVersion": 1, "tag": "1"}),
        (
            {"schemaVersion": 2, "layers": [{"size": 1, "data": "x", "annotations": {"a": "b"}}]},
            {"schemaVersion": 2, "layers": [{"size": 1, "annotations": {"a": "[redacted]"}}]},
        ),
    ],
)
def test_json_is_kept_by_its_kind(document: Any, kept: Any) -> None:
    assert _kept(document) == kept


def test_a_token_is_told_and_not_kept() -> None:
    marks = Marks()
    body, given = clean_response_body(json.dumps({"token": RANDOM, "expires_in": 5}).encode(), PATH, "", 200, marks)

    assert given is not None
    assert json.loads(body) == {"expires_in": 5, "token": f"[redacted token {given.mark}]"}


def test_the_same_short_body_is_cleaned_once() -> None:
    body, marks = b'{"errors":[{"code":"UNAUTHORIZED"}]}', Marks()
    first = clean_response_body(body, PATH, "", 401, marks)

    assert list(marks.bodies) == [body]
    assert clean_response_body(body, PATH, "", 401, marks) == first


@pytest.mark.parametrize(
    ("kind", "status"), [("application/octet-stream", 200), ("text/html", 200), ("image/png", 500)]
)
def test_what_is_of_no_known_kind_is_dropped(kind: str, status: int) -> None:
    assert clean_response_body(b"some text", PATH, kind, status, Marks()) == (b"", None)


def test_of_a_buckets_error_what_was_signed_goes() -> None:
    body = f"<Error><Code>AccessDenied</Code><StringToSign>{RANDOM}</StringToSign></Error>".encode()
    kept, _ = clean_response_body(body, "https://b/k", "application/xml", 403, Marks())

    assert kept == b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


@pytest.mark.parametrize(
    "piece",
    [
        "<script>csrf = 'a-token'</script>",
        "<STYLE media='x'>a-token</STYLE >",
        '<meta name="csrf" content="a-token">',
        "<input value='>a-token'/>",
        "<form\naction=a-token>",
    ],
)
def test_a_page_loses_what_may_hold_its_tokens(piece: str) -> None:
    page = f"<html>{piece}<p>502 Bad Gateway</p>".encode()

    assert clean_response_body(page, PATH, "text/html", 502, Marks())[0] == b"<html><p>502 Bad Gateway</p>"


@pytest.mark.parametrize("piece", ["<script>a-token", "<script src=a-token", '<input value="a-token>', "<meta a-token"])
def test_what_has_no_end_goes_to_the_end(piece: str) -> None:
    assert clean_response_body(f"<p>502</p>{piece}".encode(), PATH, "text/html", 502, Marks())[0] == b"<p>502</p>"


def test_a_long_page_is_dropped() -> None:
    assert clean_response_body(b"<html>" + bytes(20_000), PATH, "text/html", 502, Marks())[0] == b""


def test_a_form_is_cleaned_as_a_query_and_a_layer_is_not_kept() -> None:
    kind = "application/x-www-form-urlencoded"

    assert clean_request_body(b"service=s&password=p", "/token", kind, Marks()) == b"service=s&password=[redacted]"
    assert clean_request_body(b"{}", "/v2/a/blobs/uploads/1", "", Marks()) == b""
