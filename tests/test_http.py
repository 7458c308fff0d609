"""The HTTP door: what is sent, what is refused before sending, and what is not done."""

from __future__ import annotations

import base64
import concurrent.futures
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.evidence.exchange import FailureKind
from regdoctor.http import Http, TrustedCAs
from regdoctor.redaction import Secret


class Recorder(http.server.ThreadingHTTPServer):
    """Answers every request alike, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.headers: list[tuple[str, str]] = []
        self.body = b"{}"
        self.requests: list[tuple[str, str, Any, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Recorder

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.requests.append((self.command, self.path, self.headers, sent))
        self.send_response(self.server.status)
        for name, value in self.server.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(self.server.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - so too these

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Keep quiet."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def door() -> Http:
    return Http(TrustedCAs())


def test_exchange_tells_the_whole_story(recorder: Recorder, door: Http) -> None:
    recorder.headers = [("X-Two", "a"), ("X-Two", "b"), ("Docker-Distribution-Api-Version", "registry/2.0")]
    exchange = door.send("GET", f"{recorder.url}/v2/?n=1", headers=(("Accept", "application/json"),))
    assert (exchange.status, exchange.body, exchange.ok) == (200, b"{}", True)
    assert exchange.header_all("x-two") == ("a", "b")
    assert exchange.header("docker-distribution-api-version") == "registry/2.0"
    assert exchange.peer == recorder.url.removeprefix("http://")
    assert exchange.verified is None
    assert 0 < exchange.seconds < 10
    date = exchange.date()
    assert date is not None
    assert abs(date - exchange.started) < 60
    assert recorder.requests[0][:2] == ("GET", "/v2/?n=1")
    assert dict(exchange.request_headers)["Accept"] == "application/json"


def test_no_header_is_sent_that_was_not_asked_for(recorder: Recorder, door: Http) -> None:
    door.send("GET", f"{recorder.url}/v2/")
    door.send("HEAD", f"{recorder.url}/v2/")
    get, head = (sorted(request[2].keys()) for request in recorder.requests)
    assert get == ["Accept-Encoding", "Host", "User-Agent"]
    assert recorder.requests[0][2]["User-Agent"].startswith("regdoctor/")
    assert head == ["Accept-Encoding", "Host", "User-Agent"]
    assert recorder.requests[1][2]["Accept-Encoding"] == "identity"


def test_body_and_method_arrive(recorder: Recorder, door: Http) -> None:
    recorder.status = 202
    exchange = door.send("PATCH", f"{recorder.url}/v2/a/blobs/uploads/1?_state=x", body=b"\x00\xff" * 9)
    assert exchange.status == 202
    assert recorder.requests[0][0] == "PATCH"
    assert recorder.requests[0][3] == b"\x00\xff" * 9


def test_repeated_headers_are_joined(recorder: Recorder, door: Http) -> None:
    door.send("GET", recorder.url, headers=[("Accept", "a/b"), ("accept", "c/d")])
    assert recorder.requests[0][2]["Accept"] == "a/b, c/d"


def test_bearer_and_basic_arrive_and_are_wrapped(recorder: Recorder, door: Http) -> None:
    token, password = Secret("opaque-token-value", "token"), Secret("pässword:1", "password")
    one = door.send("GET", recorder.url, bearer=token)
    two = door.send("GET", recorder.url, basic=("me", password))
    assert recorder.requests[0][2]["Authorization"] == "Bearer opaque-token-value"
    sent = recorder.requests[1][2]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == "me:pässword:1"
    for exchange in (one, two):
        shown = dict(exchange.request_headers)["Authorization"]
        assert isinstance(shown, Secret)
        assert "opaque-token-value" not in repr(exchange.request_headers)
        assert sent not in str(exchange.request_headers)


def test_redirects_are_not_followed(recorder: Recorder, door: Http) -> None:
    recorder.status = 307
    recorder.headers = [("Location", f"{recorder.url}/elsewhere")]
    exchange = door.send("GET", f"{recorder.url}/v2/a/blobs/b", bearer=Secret("some-token", "token"))
    assert exchange.status == 307
    assert len(recorder.requests) == 1


def test_errors_are_not_tried_again(recorder: Recorder, door: Http) -> None:
    recorder.status = 503
    recorder.headers = [("Retry-After", "0")]
    assert door.send("GET", recorder.url).status == 503
    assert len(recorder.requests) == 1


def test_cookies_are_not_kept(recorder: Recorder, door: Http) -> None:
    recorder.headers = [("Set-Cookie", "session=abc; Path=/")]
    door.send("GET", recorder.url)
    door.send("GET", recorder.url)
    assert recorder.requests[1][2]["Cookie"] is None


def test_netrc_is_not_read(recorder: Recorder, door: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password from-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    door.send("GET", recorder.url)
    assert recorder.requests[0][2]["Authorization"] is None


def test_loopback_never_goes_through_a_proxy(recorder: Recorder, door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    assert door.send("GET", recorder.url).status == 200


def test_other_hosts_go_through_the_proxy_of_the_environment(
    recorder: Recorder, door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", recorder.url.replace("//", "//me:proxy-password@"))
    monkeypatch.setenv("no_proxy", "internal.example")
    exchange = door.send("GET", "http://registry.example/v2/")
    assert (exchange.status, exchange.peer) == (200, recorder.url.removeprefix("http://"))
    assert recorder.requests[0][1] == "http://registry.example/v2/"
    assert recorder.requests[0][2]["Proxy-Authorization"].startswith("Basic ")
    assert "proxy-password" not in repr(exchange)


def test_no_proxy_is_honoured(recorder: Recorder, door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", recorder.url)
    monkeypatch.setenv("no_proxy", ".invalid")
    failure = door.send("GET", "http://registry.invalid/v2/").failure
    assert failure is not None
    assert failure.message.startswith("registry.invalid:80")
    assert not recorder.requests


def test_proxy_that_refuses_the_tunnel_is_named(
    recorder: Recorder, door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", recorder.url)
    monkeypatch.setenv("no_proxy", "")
    failure = door.send("GET", "https://registry.example/v2/").failure
    assert failure is not None
    assert failure.kind is FailureKind.UNREACHABLE
    assert failure.message.startswith(recorder.url.removeprefix("http://"))
    assert "Tunnel connection failed: 501" in failure.message


def test_one_door_serves_several_threads(recorder: Recorder, door: Http) -> None:
    def ask(number: int) -> tuple[int | None, str]:
        exchange = door.send("GET", f"{recorder.url}/{number}")
        return exchange.status, exchange.url

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    assert answers == [(200, f"{recorder.url}/{number}") for number in range(40)]
    assert sorted(request[1] for request in recorder.requests) == sorted(f"/{number}" for number in range(40))
