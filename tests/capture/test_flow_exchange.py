"""Flows of mitmproxy, told by the attributes that all of its versions have."""

from __future__ import annotations

import gzip
from types import SimpleNamespace
from typing import Any, cast

import pytest

from regdoctor.capture.flow_exchange import (
    Flow,
    capture_origin,
    header_values,
    live_exchange,
    stored_exchange,
    upstream_origin,
)
from regdoctor.capture.passing_bodies import Tap
from regdoctor.formats.raw_exchange import RawExchange


def _message(headers: dict[str, bytes] | None = None, content: bytes | None = b"", **more: Any) -> SimpleNamespace:
    fields = tuple((name.encode(), value) for name, value in (headers or {}).items())
    return SimpleNamespace(
        headers=SimpleNamespace(fields=fields),
        http_version="HTTP/1.1",
        raw_content=content,
        timestamp_start=100.0,
        timestamp_end=101.0,
        **more,
    )


def _client(mode: str = "regular", sockname: tuple[Any, ...] | None = ("127.0.0.1", 5001)) -> SimpleNamespace:
    return SimpleNamespace(
        id="connection",
        peername=("::ffff:192.0.2.7", 50000, 0, 0),
        sockname=sockname,
        proxy_mode=SimpleNamespace(full_spec=mode),
        timestamp_tls_setup=None,
    )


def _flow(request: SimpleNamespace | None = None, response: SimpleNamespace | None = None, **more: Any) -> Flow:
    known = {
        "id": "1",
        "request": request or _request("registry.example.com", 443, "https"),
        "response": response,
        "error": None,
        "client_conn": _client(),
        "server_conn": SimpleNamespace(peername=None, address=("registry.example.com", 443)),
    }
    return cast("Flow", SimpleNamespace(**(known | more)))


def _live(flow: Flow, sent: Tap | None = None, came: Tap | None = None) -> RawExchange:
    return live_exchange(flow, sent, came, expected_continue=False)


def _request(host: str, port: int, scheme: str = "http", path: str = "/v2/", **headers: bytes) -> SimpleNamespace:
    return _message(headers, method="GET", scheme=scheme, host=host, port=port, path=path)


def test_a_flow_without_an_answer_has_its_reason() -> None:
    raw = _live(_flow(error=SimpleNamespace(msg="refused", timestamp=102.0)))
    assert (raw.status, raw.error, raw.error_at, raw.ended) == (None, "refused", 102.0, None)
    assert (raw.client, raw.server) == ("192.0.2.7", "registry.example.com:443")


def test_what_passed_is_counted_though_the_flow_does_not_have_it() -> None:
    tap = Tap(keep=False, digest=True)
    tap.take(b"abc")
    tap.take(b"")
    raw = _live(_flow(response=_message({"Content-Length": b"3"}, None, status_code=200)), came=tap)
    assert (raw.response_size, raw.response_body) == (3, None)
    assert raw.response_digest.startswith("sha256:ba7816bf")


def test_a_body_is_without_its_encoding_and_its_size_is_what_went_by() -> None:
    packed = gzip.compress(b'{"token": "x"}')
    raw = _live(_flow(response=_message({"Content-Encoding": b"gzip"}, packed, status_code=200)))
    assert (raw.response_body, raw.response_size, raw.response_cut) == (b'{"token": "x"}', len(packed), False)


def test_a_body_that_is_not_what_its_encoding_says_is_cut() -> None:
    raw = _live(_flow(response=_message({"Content-Encoding": b"gzip"}, b"no gzip", status_code=200)))
    assert (raw.response_body, raw.response_cut) == (None, True)


@pytest.mark.parametrize(
    ("request_", "mode", "url"),
    [
        (_request("registry.example.com", 443, "https"), "regular", "https://registry.example.com/v2/"),
        (_request("registry.example.com", 5000), "regular", "http://registry.example.com:5000/v2/"),
        (_request("192.0.2.1", 443, "https", Host=b"r.example.com"), "transparent", "https://r.example.com/v2/"),
        (
            _request("192.0.2.1", 443, "https", Host=b"r.example.com"),
            "reverse:https://192.0.2.1",
            "https://192.0.2.1/v2/",
        ),
        (_request("2001:db8::1", 80), "regular", "http://[2001:db8::1]/v2/"),
        (_request("registry.example.com", 80, path="*"), "regular", "http://registry.example.com"),
    ],
)
def test_the_url_is_what_the_client_asked_for(request_: SimpleNamespace, mode: str, url: str) -> None:
    assert _live(_flow(request_, client_conn=_client(mode))).url == url


def test_headers_that_are_no_utf_8_are_read_nevertheless() -> None:
    raw = _live(_flow(_request("r.example.com", 80, Agent=b"caf\xe9", Other="café".encode())))
    assert raw.request_headers == (("Agent", "café"), ("Other", "café"))


def test_asked_for_headers_come_by_their_small_name_the_last_of_several() -> None:
    fields = ((b"Content-Length", b"1"), (b"X", b"\xff"), (b"content-length", b"2"))
    found = header_values(SimpleNamespace(fields=fields), {b"content-length", b"expect"})
    assert found == {"content-length": "2"}


def test_where_a_reverse_proxy_stands_and_whom_it_asks() -> None:
    client = _client("reverse:https://registry.example.com@5001")
    assert capture_origin(client) == "http://127.0.0.1:5001"
    assert upstream_origin(client) == "https://registry.example.com"
    client.timestamp_tls_setup = 1.0
    client.sockname = ("::1", 5001, 0, 0)
    assert capture_origin(client) == "https://[::1]:5001"
    assert (capture_origin(_client()), upstream_origin(_client())) == ("", "")


def test_what_is_no_flow_of_http_is_no_exchange() -> None:
    flow = SimpleNamespace(get_state=lambda: {"version": 21, "type": "tcp", "id": "1"})
    assert stored_exchange(cast("Flow", flow)) is None
