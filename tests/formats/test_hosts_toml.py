"""containerd's hosts.toml: addresses in order, headers wrapped."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.hosts_toml import parse_hosts_toml
from regdoctor.formats.located import UnreadableError

FILE = b"""\
server = "https://registry.example.com:5050"

[host."https://mirror.example.com"]
  capabilities = ["pull", "resolve"]
  ca = "ca.crt"
  [host."https://mirror.example.com".header]
    Authorization = "Basic YWxpY2U6Y29ycmVjdC1ob3JzZQ=="
[host."http://other.example.com:5000"]
  skip_verify = true
"""


def test_the_hosts_come_in_order_with_their_lines() -> None:
    found = parse_hosts_toml(FILE, "/etc/containerd/certs.d/x/hosts.toml")
    server = found.server()
    assert server is not None
    assert server.text() == "https://registry.example.com:5050"
    assert [(name, host.place.line) for name, host in found.hosts()] == [
        ("https://mirror.example.com", 3),
        ("http://other.example.com:5000", 8),
    ]


def test_a_header_is_secret() -> None:
    assert "YWxp" not in repr(parse_hosts_toml(FILE, "hosts.toml"))


def test_an_empty_file_names_nothing() -> None:
    found = parse_hosts_toml(b"", "hosts.toml")
    assert found.server() is None
    assert found.hosts() == ()


def test_a_broken_file_is_one_line() -> None:
    with pytest.raises(UnreadableError, match=r"^hosts\.toml:1: not TOML"):
        parse_hosts_toml(b"server https", "hosts.toml")


@given(st.binary(max_size=60))
def test_no_input_crashes_the_reader(data: bytes) -> None:
    with suppress(UnreadableError):
        assert isinstance(parse_hosts_toml(data, "hosts.toml").hosts(), tuple)


def test_values_of_other_shapes_are_no_hosts() -> None:
    assert parse_hosts_toml(b"host = [1]\nserver = {}\n", "hosts.toml").hosts() == ()
