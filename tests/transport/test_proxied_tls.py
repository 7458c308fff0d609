"""TLS through a proxy is judged by the server's own certificate."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.http import Http, TrustedCAs

StartServer = Callable[[Callable[[socket.socket, threading.Event], None]], Any]


@pytest.fixture
def tunnel(raw_server: StartServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a proxy for https that leads every CONNECT to the server of the given URL."""

    def start(url: str) -> None:
        def behave(connection: socket.socket, over: threading.Event) -> None:
            assert connection.recv(65536).startswith(b"CONNECT registry.example:443 ")
            with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as server:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(server, connection))
                back.start()
                _copy(connection, server)
                back.join()

        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{raw_server(behave).port}")
        monkeypatch.setenv("no_proxy", "")

    return start


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


def _get(url: str, *extra: tuple[str, str], **options: Any) -> Exchange:
    return Http(TrustedCAs(extra)).send("GET", url, deadline=5.0, **options)


def _refusal(exchange: Exchange) -> str:
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TLS
    assert exchange.verified is False
    assert exchange.status is None
    return exchange.failure.message


def test_server_behind_a_proxy_is_verified_by_its_own_name(
    authority: str, https_server: Callable[..., str], tunnel: Callable[[str], None]
) -> None:
    tunnel(https_server(host="registry.example"))
    exchange = _get("https://registry.example/v2/", ("ca.pem", authority))
    assert (exchange.status, exchange.verified, exchange.failure) == (200, True, None)


def test_server_behind_a_proxy_is_refused_for_another_name(
    authority: str, https_server: Callable[..., str], tunnel: Callable[[str], None]
) -> None:
    tunnel(https_server(host="127.0.0.1"))
    message = _refusal(_get("https://registry.example/v2/", ("ca.pem", authority)))
    assert "certificate is not valid for 'registry.example'" in message


def test_server_behind_a_proxy_can_be_looked_at_without_trust(
    authority: str, https_server: Callable[..., str], tunnel: Callable[[str], None]
) -> None:
    tunnel(https_server(host="127.0.0.1"))
    exchange = _get("https://registry.example/v2/", verify=False)
    assert (exchange.status, exchange.verified) == (200, False)


@pytest.mark.parametrize("verify", [True, False])
def test_proxy_that_is_not_trusted_gets_no_password(
    https_server: Callable[..., str], monkeypatch: pytest.MonkeyPatch, verify: bool
) -> None:
    proxy = https_server().removesuffix("/v2/").replace("//", "//me:proxy-password@")
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    message = _refusal(_get("https://registry.example/v2/", verify=verify))
    assert "certificate not accepted" in message


def test_proxy_that_is_trusted_is_asked_for_the_tunnel(
    authority: str, https_server: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", https_server().removesuffix("/v2/"))
    monkeypatch.setenv("no_proxy", "")
    failure = _get("https://registry.example/v2/", ("ca.pem", authority)).failure
    assert failure is not None
    assert failure.kind is FailureKind.RESET, "the proxy says 200 and hangs up"
