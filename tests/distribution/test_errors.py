"""The error envelope is told from everything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.errors import STATUS_OF, RegistryError, parse_errors

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_envelope_gives_its_entries_in_order() -> None:
    body = (
        b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required",'
        b'"detail":[{"Type":"repository","Name":"a/b","Action":"pull"}]},'
        b'{"code":"DENIED","message":"access forbidden"}]}'
    )
    first, second = parse_errors(body)
    assert first.detail == [{"Type": "repository", "Name": "a/b", "Action": "pull"}]
    assert second == RegistryError("DENIED", "access forbidden")
    assert str(second) == "DENIED: access forbidden"
    assert len({first, second}) == 2, "an error can be an element of a set, whatever its detail"


def test_detail_is_shown_where_there_is_one() -> None:
    why = "health check failed: please see /debug/health"
    assert str(RegistryError("UNAVAILABLE", "service unavailable", why)) == f"UNAVAILABLE: service unavailable ({why})"
    assert str(RegistryError("NAME_UNKNOWN", "", {"name": "a"})) == 'NAME_UNKNOWN ({"name": "a"})'
    assert str(RegistryError("", "message alone", {})) == "message alone"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502 Bad Gateway</body></html>",
        b"{}",
        b"[]",
        b'{"errors": {"code": "UNKNOWN"}}',
        b'{"errors": ["UNKNOWN", 7, null, {}, {"code": 1, "message": []}]}',
        b'{"errors": [{"code": "UNKNOWN"}',
    ],
)
def test_what_is_no_envelope_gives_none(body: bytes) -> None:
    assert parse_errors(body) == ()


@given(JSON)
def test_no_body_raises(value: object) -> None:
    for document in (value, {"errors": value}, {"errors": [value]}):
        for error in parse_errors(json.dumps(document).encode()):
            assert error.code or error.message
            str(error)


@pytest.mark.parametrize(
    ("code", "status"), [("MANIFEST_UNKNOWN", 404), ("UNAVAILABLE", 503), ("MANIFEST_REFERENCED", 409)]
)
def test_codes_know_their_status(code: str, status: int) -> None:
    assert STATUS_OF[code] == status
