"""TLS is verified against the system's store and the extra authorities; refusals carry OpenSSL's reason."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.http import Http, TrustedCAs
from regdoctor.redaction import Secret
from regdoctor.transport.tls import verifying_context

StartServer = Callable[[Callable[[socket.socket, threading.Event], None]], Any]


def _get(url: str, *extra: tuple[str, str], **options: Any) -> Exchange:
    return Http(TrustedCAs(extra)).send("GET", url, deadline=5.0, **options)


def _refusal(exchange: Exchange) -> str:
    assert exchange.failure is not None
    assert exchange.failure.kind is FailureKind.TLS
    assert exchange.verified is False
    assert exchange.status is None
    return exchange.failure.message


def test_extra_authority_makes_the_server_trusted(authority: str, https_server: Callable[..., str]) -> None:
    exchange = _get(https_server(), ("/etc/ca.pem", f"# my côté\n{authority}"))
    assert (exchange.status, exchange.verified, exchange.json()) == (200, True, {})


def test_unknown_authority_is_refused_with_openssls_reason(authority: str, https_server: Callable[..., str]) -> None:
    message = _refusal(_get(https_server()))
    assert "certificate not accepted: unable to get local issuer certificate" in message


def test_wrong_name_is_refused_with_openssls_reason(authority: str, https_server: Callable[..., str]) -> None:
    url = https_server(host="192.0.2.7")
    message = _refusal(_get(url, ("ca.pem", authority)))
    assert "mismatch, certificate is not valid for '127.0.0.1'" in message


def test_expired_certificate_is_refused_with_openssls_reason(authority: str, https_server: Callable[..., str]) -> None:
    url = https_server(days=-1)
    assert "certificate has expired" in _refusal(_get(url, ("ca.pem", authority)))


def test_look_without_trust_answers_and_says_that_nothing_was_verified(
    authority: str, https_server: Callable[..., str]
) -> None:
    exchange = _get(https_server(), verify=False)
    assert (exchange.status, exchange.verified, exchange.failure) == (200, False, None)


@pytest.mark.parametrize(
    "credentials",
    [
        {"bearer": Secret("a-token-of-some-kind", "token")},
        {"basic": ("user", Secret("a-password", "password"))},
        {"headers": [("authorization", "Bearer another-token")]},
        {"headers": [("Cookie", "session=1")]},
    ],
)
def test_credentials_are_never_sent_without_verification(credentials: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="never sent"):
        _get("https://127.0.0.1:1/", verify=False, **credentials)


def test_plain_http_behind_an_https_url_is_recognised(raw_server: StartServer) -> None:
    def answer_plainly(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    message = _refusal(_get(f"https://127.0.0.1:{raw_server(answer_plainly).port}/"))
    assert "wrong version number" in message
    assert "plain HTTP answered" in message


def test_requests_ca_bundle_makes_nothing_trusted(
    authority: str, https_server: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(authority)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(bundle))
    assert "unable to get local issuer" in _refusal(_get(https_server()))


def test_ssl_cert_file_is_the_systems_store(
    authority: str, https_server: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(authority)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert _get(https_server()).verified is True


def test_only_the_named_authorities_are_in_the_context(
    authority: str, https_server: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    trust = TrustedCAs((("ca.pem", authority),))
    assert Http(trust).send("GET", https_server()).verified is True
    assert verifying_context(trust).cert_store_stats()["x509"] == 1, "requests has not loaded certifi into it"


def test_contexts_are_kept_one_for_each_trust(authority: str) -> None:
    trust = TrustedCAs((("ca.pem", authority),))
    same = TrustedCAs((("ca.pem", authority),))
    assert verifying_context(trust) is verifying_context(same)
    assert verifying_context(trust) is not verifying_context(TrustedCAs())


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        ("", "holds no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\n@@@\n-----END CERTIFICATE-----\n", "cannot be read"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
    ],
)
def test_file_without_a_readable_certificate_is_named(pem: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        Http(TrustedCAs((("/etc/my-ca.pem", pem),)))
    assert str(caught.value).startswith("/etc/my-ca.pem: ")
    assert "\n" not in str(caught.value)
