"""Addresses of services, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.web_addresses import WebAddress, is_loopback, listening_on, read_web_address


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://GitLab.example.com/jwt/auth/", WebAddress("https", "gitlab.example.com", 443, "/jwt/auth")),
        ("http://localhost:5000/", WebAddress("http", "localhost", 5000, "", port_is_written=True)),
        ("http://[::1]:80", WebAddress("http", "::1", 80, "", port_is_written=True)),
    ],
)
def test_a_url_is_taken_apart(url: str, parts: WebAddress) -> None:
    assert read_web_address(url) == parts


@pytest.mark.parametrize(
    "url", ["", "registry.example.com:5000", "https:/x", "https://", "ftp://x/", "http://x:y/", "http://[x/"]
)
def test_what_is_no_whole_url_is_none(url: str) -> None:
    assert read_web_address(url) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_web_address(text)
    read_web_address(f"http://{text}")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.3.2.1", "::1"])
def test_loopback_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.example.com", "0.0.0.0", "::"])
def test_the_rest_is_no_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("address", "parts"),
    [(":5000", ("", "5000")), ("Localhost:5000", ("localhost", "5000")), ("[::1]:5000", ("::1", "5000"))],
)
def test_what_a_server_listens_on_is_taken_apart(address: str, parts: tuple[str, str]) -> None:
    assert listening_on(address) == parts
