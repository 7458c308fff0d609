"""Where an assertion may go, and what is taken for a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.formats.google_key import GoogleKey
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.google_token import (
    email_of_machine,
    in_path,
    may_carry,
    token_by_key,
    token_in,
    token_of_machine,
)


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


def test_without_a_private_key_nothing_is_asked(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="no private key"):
        token_by_key(GoogleKey("service_account"), door, 1.0)


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
