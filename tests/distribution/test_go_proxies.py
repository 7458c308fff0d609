"""Proxies and their exceptions are taken as Go takes them."""

from __future__ import annotations

import pytest

from regdoctor.distribution.go_proxies import bypasses, entries, entry_problem, parse_proxy, password_in


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("https://proxy.example.com", "https://proxy.example.com"),
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("proxy", "http://proxy"),
        ("10.0.0.7:3128", "http://10.0.0.7:3128"),
        ("socks5://proxy:1080", "socks5://proxy:1080"),
        ("http://user:p%40ss@proxy:3128/", "http://user:p%40ss@proxy:3128/"),
        ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128"),
    ],
)
def test_a_proxy_has_http_where_no_scheme_is_written(text: str, url: str) -> None:
    found = parse_proxy(text)

    assert found is not None
    assert found.url == url
    assert found.is_meant


@pytest.mark.parametrize("text", ["pro xy:3128", "proxy:31x28", "[::1", "http://proxy\t:3128", "pro\\xy"])
def test_what_does_not_parse_is_no_proxy(text: str) -> None:
    assert parse_proxy(text) is None


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("ftp://proxy:3128", "ftp"),
        ("http://proxy:31x28", "http"),
        ("http://pro xy:3128", "http"),
        ('"http://proxy:3128"', '"http'),
    ],
)
def test_of_a_broken_url_the_scheme_becomes_the_name_of_the_host(text: str, host: str) -> None:
    found = parse_proxy(text)

    assert found is not None
    assert found.host == host
    assert not found.is_meant


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("user:geheim9@proxy:3128", "geheim9"),
        ("http://user:ge%40heim@proxy:3128", "ge%40heim"),
        ("http://user:ge@he/im@proxy", "ge@he/im"),
        ("ftp://user:geheim9@proxy", "geheim9"),
        ("user:geheim9@pro xy:1", "geheim9"),
        ("http://user@proxy:3128", ""),
        ("http://proxy:3128", ""),
        ("proxy:3128", ""),
    ],
)
def test_a_password_is_told_apart_also_where_the_rest_is_no_address(text: str, password: str) -> None:
    assert password_in(text) == password


@pytest.mark.parametrize(
    ("no_proxy", "host", "port"),
    [
        ("", "localhost", 5000),
        ("", "127.0.0.1", 5000),
        ("", "::1", 5000),
        ("*", "registry.example.com", 443),
        ("registry.example.com", "registry.example.com", 443),
        ("example.com", "registry.example.com", 443),
        (".example.com", "registry.example.com", 443),
        ("*.example.com", "registry.example.com", 443),
        ("a, Registry.Example.com ,b", "REGISTRY.example.com", 443),
        ("registry.example.com:5050", "registry.example.com", 5050),
        ("10.0.0.0/8", "10.1.2.3", 443),
        ("10.1.2.3", "10.1.2.3", 443),
        ("2001:db8::/32", "2001:db8::7", 443),
        ("[2001:db8::7]:443", "2001:db8::7", 443),
    ],
)
def test_these_are_reached_directly(no_proxy: str, host: str, port: int) -> None:
    assert bypasses(no_proxy, host, port)


@pytest.mark.parametrize(
    ("no_proxy", "host", "port"),
    [
        ("", "registry.example.com", 443),
        (".registry.example.com", "registry.example.com", 443),
        ("*.example.com", "example.com", 443),
        ("ample.com", "example.com", 443),
        ("registry.example.com:443", "registry.example.com", 5050),
        ("10.0.0.0/8", "registry.example.com", 443),
        ("10.0.0.0/8", "11.0.0.1", 443),
        ("https://registry.example.com", "registry.example.com", 443),
        ("registry.example.com/v2", "registry.example.com", 443),
        ("localhost registry.example.com", "registry.example.com", 443),
        (":443", "registry.example.com", 443),
        ("127.0.0.0/8/9", "10.0.0.1", 443),
    ],
)
def test_these_go_through_the_proxy(no_proxy: str, host: str, port: int) -> None:
    assert not bypasses(no_proxy, host, port)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("https://registry.example.com", "scheme"),
        ("registry.example.com/v2", "path"),
        ("localhost registry.example.com", "blank"),
        ("localhost;registry.example.com", "comma"),
        ("registry.*", "asterisk"),
    ],
)
def test_an_entry_that_covers_nothing_is_told(entry: str, words: str) -> None:
    assert words in entry_problem(entry)


@pytest.mark.parametrize(
    "entry", ["*", "*.example.com", ".example.com", "localhost", "10.0.0.0/8", "fd00::/8", "[::1]:80", "a:5000", "::1"]
)
def test_an_entry_that_can_cover_something_has_no_problem(entry: str) -> None:
    assert entry_problem(entry) == ""


def test_empty_entries_are_none() -> None:
    assert entries(" , a,,b ") == ("a", "b")
