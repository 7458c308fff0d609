"""An exchange is read safely and shown without secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.evidence.exchange import Exchange, Failure, FailureKind

URL = "https://registry.example/v2/"


def test_quote_is_one_line_with_status_body_and_server() -> None:
    exchange = Exchange("HEAD", URL, status=403, headers=(("server", "nginx"),))
    assert exchange.quote().quote == f"HEAD {URL} → 403, empty body, Server: nginx"
    assert exchange.quote().source == f"HEAD {URL}"


def test_quote_counts_the_body_and_names_its_type() -> None:
    headers = (("Content-Type", "text/html"),)
    exchange = Exchange("GET", URL, status=502, headers=headers, body=b"<html>")
    assert exchange.quote().quote == f"GET {URL} → 502, 6 bytes of text/html"
    cut = Exchange("GET", URL, status=200, body=b"abc", truncated=True)
    assert cut.quote().quote == f"GET {URL} → 200, more than 3 bytes"


def test_quote_shows_the_headers_asked_for_also_when_absent() -> None:
    exchange = Exchange("POST", URL, status=202, headers=(("Location", "http://a/v2/"), ("location", "b")))
    line = exchange.quote("Location", "Range").quote
    assert line.endswith("empty body, Location: http://a/v2/, Location: b, no Range")


def test_quote_of_a_failure_gives_its_message() -> None:
    failure = Failure(FailureKind.REFUSED, "127.0.0.1:5000: connection refused")
    assert Exchange("GET", URL, failure=failure).quote().quote == f"GET {URL} → {failure.message}"


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Signature=deadbeefcafe",
        "X-Amz-Security-Token=deadbeefcafe",
        "sig=deadbeefcafe",
        "_state=deadbeefcafe",
        "a=1&_state=deadbeefcafe&b=2",
        "Policy=deadbeefcafe&Key-Pair-Id=K",
        "verify=1700000000-deadbeefcafe",
        "__token__=exp=1~acl=/*~hmac=deadbeefcafe",
        "hdnea=exp=1~hmac=deadbeefcafe",
        "upload_token=deadbeefcafe",
    ],
)
def test_quote_and_repr_hide_what_signs_a_url(query: str) -> None:
    location = f"https://bucket.example/o?{query}"
    exchange = Exchange("GET", f"{URL}?{query}", status=307, headers=(("Location", location),))
    quote = exchange.quote("Location")
    assert "deadbeefcafe" not in f"{quote.quote}{quote.source}{exchange!r}"
    assert "bucket.example" in quote.quote


def test_quote_leaves_out_the_query_of_a_location_whatever_it_is_called() -> None:
    location = "https://bucket.example/o?unheard-of=deadbeefcafe"
    exchange = Exchange("GET", URL, status=307, headers=(("location", location), ("Link", "</v2/?n=1>")))

    line = exchange.quote("Location", "Link").quote

    assert line.endswith("Location: https://bucket.example/o?…, Link: </v2/?n=1>")


def test_quote_hides_cookies() -> None:
    exchange = Exchange("GET", URL, status=200, headers=(("Set-Cookie", "_gitlab_session=0123456789"),))
    assert "0123456789" not in exchange.quote("Set-Cookie").quote


@given(st.text(), st.text(), st.text(), st.binary())
def test_quote_is_always_one_printable_line(url: str, name: str, value: str, body: bytes) -> None:
    headers = (("Server", value), (name, value), ("Content-Type", value))
    exchange = Exchange("GET", url, status=200, headers=headers, body=body)
    quote = exchange.quote(name)
    assert quote.quote.isprintable()
    assert quote.source.isprintable()
    assert repr(exchange).isprintable()


def test_headers_are_found_in_any_case_and_in_order() -> None:
    exchange = Exchange("GET", URL, headers=(("WWW-Authenticate", "a"), ("X", "y"), ("www-authenticate", "b")))
    assert exchange.header("Www-Authenticate") == "a"
    assert exchange.header_all("WWW-AUTHENTICATE") == ("a", "b")
    assert exchange.header("Range") is None


@pytest.mark.parametrize(("status", "ok"), [(200, True), (202, True), (307, False), (404, False), (None, False)])
def test_ok_means_a_2xx_status(status: int | None, ok: bool) -> None:
    assert Exchange("GET", URL, status=status).ok is ok


def test_answer_whose_body_broke_off_is_not_ok() -> None:
    failure = Failure(FailureKind.RESET, "closed")
    assert not Exchange("GET", URL, status=200, failure=failure).ok


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{",
        b"\xff\xfe",
        b"NaN",
        b"[" * 100_000,
        b"[" * 70 + b"]" * 70,
        b'{"a": "\\ud800"}',
        b'{"\\udc00": 1}',
        b"1" * 5000,
    ],
)
def test_json_that_is_none_or_not_safe_is_none(body: bytes) -> None:
    assert Exchange("GET", URL, body=body).json() is None


def test_json_is_parsed() -> None:
    assert Exchange("GET", URL, body=b'{"tags": ["a", "\xc3\xa4"]}').json() == {"tags": ["a", "ä"]}


@given(st.binary())
def test_json_and_text_never_raise(body: bytes) -> None:
    exchange = Exchange("GET", URL, body=body)
    exchange.json()
    exchange.text().encode()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Thu, 01 Jan 1970 00:01:00 GMT", 60.0),
        ("Thu, 01 Jan 1970 02:01:00 +0200", 60.0),
        ("Thu, 01 Jan 1970 00:01:00", 60.0),
        ("yesterday", None),
        ("", None),
        ("Thu, 99 Jan 1970 00:01:00 GMT", None),
        ("Thu, 01 Jan 99999999999 00:01:00 GMT", None),
    ],
)
def test_date_is_read_as_seconds_since_the_epoch(header: str, seconds: float | None) -> None:
    assert Exchange("GET", URL, headers=(("Date", header),)).date() == seconds


def test_date_that_is_absent_is_none() -> None:
    assert Exchange("GET", URL).date() is None


@given(st.text())
def test_date_never_raises(header: str) -> None:
    Exchange("GET", URL, headers=(("Date", header),)).date()
