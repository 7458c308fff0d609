"""Where an assertion may go, and what is taken for a token."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.formats.google_key import google_key
from regdoctor.http import Http, TrustedCAs
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.google_token import (
    email_of_machine,
    in_path,
    may_carry,
    token_by_key,
    token_in,
    token_of_machine,
)

SAID = Quote("config.yml", "gcs:")
TOKEN = "ya29.0123456789abcdef0123456789"
RSA = rsa.generate_private_key(65537, 2048)
SERVICE: dict[str, object] = {
    "type": "service_account",
    "client_email": "a@p.iam.gserviceaccount.com",
    "private_key": RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
}
USER: dict[str, object] = {
    "type": "authorized_user",
    "client_id": "id",
    "client_secret": "canary-of-the-client",
    "refresh_token": "canary-of-the-user",
}


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://oauth2.googleapis.com/token", True),
        ("http://127.0.0.1:8080/token", True),
        ("http://tokens.example.com/token", False),
        ("http://127.0.0.1.example.com/", False),
        ("ftp://127.0.0.1/", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_credentials_go_by_tls_or_stay_here(url: str, allowed: bool) -> None:
    assert may_carry(url) is allowed


def _key(fields: dict[str, object], emulator: str = "") -> GcsKey:
    return GcsKey(KeySource.VARIABLE, SAID, "/k", key=google_key(fields), emulator=emulator)


def test_without_a_private_key_nothing_is_asked(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="lacks what it takes"):
        token_by_key(_key({"type": "service_account"}), door, 1.0)


@pytest.mark.parametrize(
    "url", ["https://tokens.example.com/token", "http://127.0.0.1:9/token", "https://googleapis.com.example.com/", "x"]
)
def test_only_google_is_asked_for_tokens(url: str, door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="not Google's"):
        token_by_key(_key(SERVICE | {"token_uri": url}), door, 1.0)


def test_a_key_of_another_cloud_does_not_vouch_for_itself(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match=r"one of example\.com"):
        token_by_key(_key(SERVICE | {"universe_domain": "example.com"}), door, 1.0)


def test_a_type_that_names_programs_and_files_is_not_followed(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="external_account"):
        token_by_key(_key({"type": "external_account"}), door, 1.0)


def _endpoint(one: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, json.dumps({"access_token": TOKEN, "expires_in": 3599}).encode()


@pytest.mark.parametrize("kind", ["service_account", "authorized_user"])
def test_google_auth_asks_by_our_door(serve: Callable[..., Any], door: Http, kind: str) -> None:
    server = serve(_endpoint)
    fields = SERVICE if kind == "service_account" else USER
    answer, token = token_by_key(_key(fields | {"token_uri": f"{server.url}/token"}, server.url), door, 5.0)

    assert token is not None
    assert token.reveal() == TOKEN
    assert TOKEN.encode() not in answer.body
    assert len(server.seen) == 1
    assert b"scope" not in server.seen[0].body


class _Google(Http):
    """Google's addresses, answered at once."""

    def __init__(self) -> None:
        super().__init__(TrustedCAs())
        self.asked: list[str] = []

    def send(self, method: str, url: str, **_: Any) -> Exchange:
        """What an endpoint of Google's answers."""
        self.asked.append(url)
        said = {"access_token": TOKEN, "accessToken": f"{TOKEN}-of-the-other", "expires_in": 3599}
        body = json.dumps(said | {"expireTime": "2099-01-01T00:00:00Z"}).encode()
        return Exchange(method, url, status=200, body=body)


def test_one_account_gets_a_token_of_another_by_two_requests() -> None:
    google = _Google()
    url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/b@p.iam:generateAccessToken"
    fields = {"type": "impersonated_service_account", "service_account_impersonation_url": url}
    answer, token = token_by_key(_key(fields | {"source_credentials": USER}), google, 1.0)

    assert token is not None
    assert token.reveal() == f"{TOKEN}-of-the-other"
    assert google.asked == ["https://oauth2.googleapis.com/token", url]
    assert not answer.body


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_a_refusal_is_kept_and_google_auth_asks_once(serve: Callable[..., Any], door: Http, status: int) -> None:
    server = serve(lambda _: (status, {}, b'{"error": "invalid_grant"}'))
    answer, token = token_by_key(_key(SERVICE | {"token_uri": server.url}, server.url), door, 5.0)

    assert (answer.status, token, len(server.seen)) == (status, None, 1)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"7", b"{}", b'{"access_token": 7}', b"null"])
def test_an_answer_that_is_none_gives_no_token(serve: Callable[..., Any], door: Http, body: bytes) -> None:
    server = serve(lambda _: (200, {}, body))

    answer, token = token_by_key(_key(SERVICE | {"token_uri": server.url}, server.url), door, 5.0)
    assert (answer.status, token) == (200, None)


def test_without_the_extra_one_sentence_tells_how_to_get_it(door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("google.oauth2", "google.auth", "google.auth.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CouldNotGatherError, match=r"pip install regdoctor\[gcs\]"):
        token_by_key(_key(SERVICE), door, 1.0)


def test_neither_the_metadata_server_nor_its_token_pass_a_proxy(
    serve: Callable[..., Any], door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(_endpoint)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    # 192.0.2.0/24 is for documentation (RFC 5737): nobody is there, and a proxy would be asked for it.
    key = GcsKey(KeySource.MACHINE, SAID, metadata_host="192.0.2.1")

    assert token_of_machine(key, door, 0.2).status is None
    assert not proxy.seen


@pytest.mark.parametrize("host", ["metadata.example.com", "[", "", "a b"])
def test_a_name_of_a_metadata_server_is_not_looked_up(host: str, door: Http) -> None:
    key = GcsKey(KeySource.MACHINE, SAID, metadata_host=host or "nobody")
    with pytest.raises(CouldNotGatherError, match="no address of a metadata server"):
        token_of_machine(key, door, 0.2)


@pytest.mark.parametrize(
    ("status", "body", "taken"),
    [
        (200, b'{"access_token": "ya29.0123456789abcdef"}', True),
        (403, b'{"access_token": "ya29.0123456789abcdef"}', False),
        (200, b'{"access_token": 7}', False),
        (200, b'{"access_token": ""}', False),
        (200, b'{"access_token": "a\\nb"}', False),
        (200, b'["access_token"]', False),
        (200, b"<html>", False),
    ],
)
def test_what_is_a_token(status: int, body: bytes, taken: bool) -> None:
    assert (token_in(Exchange("POST", "https://t", status=status, body=body)) is not None) == taken


def test_the_metadata_server_is_asked_as_googles_library_asks_it(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (200, {}, b"a@p.iam.gserviceaccount.com" if "email" in one.path else b"{}"))
    key = GcsKey(KeySource.MACHINE, Quote("config.yml", "gcs:"), metadata_host=server.url.removeprefix("http://"))

    assert token_of_machine(key, door, 5.0).ok
    assert email_of_machine(key, door, 5.0) == "a@p.iam.gserviceaccount.com"
    assert all(one.headers["Metadata-Flavor"] == "Google" for one in server.seen)
    assert server.seen[0].path.startswith("/computeMetadata/v1/instance/service-accounts/default/token?scopes=")


@pytest.mark.parametrize("body", [b"<html>a@b</html> ", b"x" * 300 + b"@p", b"nobody", b""])
def test_a_page_is_no_name_of_an_account(serve: Callable[..., Any], door: Http, body: bytes) -> None:
    server = serve(lambda _: (200, {}, body.replace(b"a@b", b"a @b")))
    key = GcsKey(KeySource.MACHINE, Quote("config.yml", "gcs:"), metadata_host=server.url.removeprefix("http://"))

    assert email_of_machine(key, door, 5.0) == ""


def test_a_key_is_one_part_of_a_path() -> None:
    assert in_path("docker/registry/v2/a b") == "docker%2Fregistry%2Fv2%2Fa%20b"
