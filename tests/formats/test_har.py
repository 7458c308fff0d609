"""HAR is read as browsers and proxies write it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from regdoctor.formats.har import NoHarError, read_har
from regdoctor.formats.raw_exchange import BadRecord, RawExchange

REQUEST = {"method": "GET", "url": "https://r/v2/#part", "headers": []}


def _read(*entries: Any) -> list[RawExchange | BadRecord]:
    return list(read_har(io.BytesIO(json.dumps({"log": {"entries": list(entries)}}).encode())))


def test_an_entry_without_timings_and_answer_is_read() -> None:
    (raw,) = _read({"request": REQUEST})

    assert isinstance(raw, RawExchange)
    assert (raw.url, raw.status, raw.started, raw.ended) == ("https://r/v2/", None, None, None)


def test_a_body_in_base64_is_decoded() -> None:
    (raw,) = _read({"request": REQUEST, "response": {"status": 200, "content": {"text": "e30=", "encoding": "base64"}}})

    assert isinstance(raw, RawExchange)
    assert raw.response_body == b"{}"


def test_the_parameters_of_a_form_stand_for_its_text() -> None:
    (raw,) = _read({"request": REQUEST | {"postData": {"params": [{"name": "a", "value": "b c"}]}}})

    assert isinstance(raw, RawExchange)
    assert raw.request_body == b"a=b+c"


WHEN = {"startedDateTime": "2024-01-01T00:00:00.123Z", "time": 7}


@pytest.mark.parametrize("when", [{}, {"startedDateTime": "2024-01-01T00:00:00Z"}])
def test_entries_that_say_the_same_are_both_kept(when: dict[str, Any]) -> None:
    """HAR has no names for its entries: equal ones may be two requests where it is not told exactly when they were."""
    assert len(_read({"request": REQUEST} | when, {"request": REQUEST} | when)) == 2


def test_an_entry_that_stands_there_twice_is_read_once() -> None:
    entry = {"request": REQUEST, "response": {"status": 404}} | WHEN

    assert len(_read(entry, {"request": REQUEST}, entry)) == 2


@pytest.mark.parametrize(
    "change",
    [{"time": 8}, {"response": {"status": 200}}, {"request": REQUEST | {"method": "PUT"}}, {"connection": "9"}],
)
def test_entries_that_differ_in_anything_are_both_kept(change: dict[str, Any]) -> None:
    entry = {"request": REQUEST, "response": {"status": 404}} | WHEN

    assert len(_read(entry, entry | change)) == 2


@pytest.mark.parametrize("entry", [None, 1, {}, {"request": {"url": 1}}, {"request": REQUEST | {"headers": [1]}}])
def test_what_is_no_entry_is_one_line_and_the_rest_is_read(entry: Any) -> None:
    bad, raw = _read(entry, {"request": REQUEST})

    assert isinstance(bad, BadRecord)
    assert bad.where == "entry 1"
    assert isinstance(raw, RawExchange)


def test_json_without_entries_is_no_har() -> None:
    with pytest.raises(NoHarError):
        list(read_har(io.BytesIO(b'{"log": {}}')))
