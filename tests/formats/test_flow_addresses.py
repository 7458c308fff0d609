"""Addresses in a flow are shown as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.formats.flow_addresses import capture_origin, is_address, shown_address, url_of


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        (("https", "r", 443, "/v2/", (), "", "regular"), "https://r/v2/"),
        (("http", "r", 5000, "/v2/", (), "", "regular"), "http://r:5000/v2/"),
        (("https", "::1", 5, "/", (), "", "regular"), "https://[::1]:5/"),
        (("https", "10.0.0.1", 443, "/", (("Host", "r.example:443"),), "", "transparent"), "https://r.example/"),
        (("https", "10.0.0.1", 443, "/", (), "r.example", "transparent"), "https://r.example/"),
        (("https", "10.0.0.1", 443, "/", (("Host", "10.0.0.2"),), "", "transparent"), "https://10.0.0.1/"),
        (("https", "10.0.0.1", 443, "/", (("Host", "proxy"),), "", "reverse:https://r"), "https://10.0.0.1/"),
        (("https", "r", None, "*", (), "", ""), "https://r"),
    ],
)
def test_a_url_is_put_together(parts: tuple[Any, ...], url: str) -> None:
    assert url_of(*parts) == url


@pytest.mark.parametrize(
    ("value", "port", "shown"),
    [
        (["::ffff:192.0.2.7", 5], True, "192.0.2.7:5"),
        (["fe80::1", 5, 0, 0], True, "[fe80::1]:5"),
        (["fe80::1", 5, 0, 0], False, "fe80::1"),
        (None, True, ""),
        (["", 0], True, ""),
    ],
)
def test_an_end_of_a_connection_is_shown(value: Any, port: bool, shown: str) -> None:
    assert shown_address(value, port=port) == shown


def test_a_recorder_in_reverse_mode_has_an_origin_and_others_have_none() -> None:
    client = {"sockname": ["127.0.0.1", 5001], "timestamp_tls_setup": 1.0}

    assert capture_origin("reverse:http://r", client) == "https://127.0.0.1:5001"
    assert [capture_origin(mode, client) for mode in ("regular", None, 1)] == [""] * 3


def test_a_name_is_no_address() -> None:
    assert [is_address(host) for host in ("10.0.0.1", "[::1]", "cafe", "r.example", "")] == [True, True, *[False] * 3]
