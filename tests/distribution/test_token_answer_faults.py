"""What no client can get a token out of is told from what it can, whatever the answer holds."""

from __future__ import annotations

import pytest

from regdoctor.distribution.token_answer_faults import body_fault, status_fault, token_fault


@pytest.mark.parametrize(("status", "is_fault"), [(404, True), (405, True), (400, False), (401, False), (403, False)])
def test_a_refusal_may_be_a_healthy_services(status: int, is_fault: bool) -> None:
    assert bool(status_fault(status)) is is_fault
    assert not status_fault(500)
    assert not status_fault(200)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b'{"token": "x"}', ""),
        (b'{"access_token": "x"}', ""),
        (b'{"token": "", "access_token": "x"}', ""),
        (b"<html><body>hello</body></html>", ""),
        (b'{"token": ""}', "without a token"),
        (b'{"token": 12345, "access_token": "x"}', "with a token that is no text"),
        (b'"x"', "with a JSON text in place of a JSON object"),
        (b"5", "with a JSON number in place of a JSON object"),
        (b"null", "with JSON's null in place of a JSON object"),
        (b"\xff\xfe\x00", "with a body that is not JSON"),
        (b" \r\n", "with an empty body"),
    ],
)
def test_a_body(body: bytes, fault: str) -> None:
    assert body_fault((), body, is_longer=False) == fault
    assert "more than 1048576 bytes" in body_fault((), body, is_longer=True)


def test_json_of_any_depth_is_judged() -> None:
    assert "nested too deep" in body_fault((), b'{"a":' * 100_000, is_longer=False)
    assert token_fault(b"[" * 100_000) == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"token": "a\\r\\nb"}', "control character"),
        (b'{"access_token": "a\\u0000"}', "control character"),
        (b'{"token": "\\u00fc"}', "outside ASCII"),
        (b'{"token": "abc"}', ""),
        (b'{"token": 5}', ""),
        (b"[]", ""),
        (b"no", ""),
    ],
)
def test_a_token_for_a_header(body: bytes, said: str) -> None:
    assert (said in token_fault(body)) if said else token_fault(body) == ""
