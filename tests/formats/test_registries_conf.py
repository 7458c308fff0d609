"""registries.conf: every address of both formats, with its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registries_conf import parse_registries_conf

SECOND = b"""\
unqualified-search-registries = ["docker.io"]

[[registry]]
prefix = "*.example.com"
location = "registry.example.com:5050/mirror"
insecure = true

[[registry.mirror]]
location = "https://one.example.com"
"""
FIRST = b"""\
[registries.search]
registries = ["docker.io"]
[registries.insecure]
registries = ["a.example.com:5000", "b.example.com"]
"""


def test_the_second_format_names_prefixes_locations_mirrors_and_search_lists() -> None:
    conf = parse_registries_conf(SECOND, "registries.conf")
    assert [(one.text(), one.place.line) for one in conf.addresses()] == [
        ("*.example.com", 4),
        ("registry.example.com:5050/mirror", 5),
        ("https://one.example.com", 9),
        ("docker.io", 1),
    ]


def test_the_first_format_names_its_three_lists() -> None:
    conf = parse_registries_conf(FIRST, "registries.conf")
    assert [(one.text(), one.place.line) for one in conf.addresses()] == [
        ("docker.io", 2),
        ("a.example.com:5000", 4),
        ("b.example.com", 4),
    ]


def test_a_password_in_an_address_is_wiped() -> None:
    conf = parse_registries_conf(b'[[registry]]\nlocation = "https://alice:correct-horse@x.example.com"\n', "r.conf")
    assert "correct-horse" not in repr(conf)


def test_a_broken_file_is_one_line() -> None:
    with pytest.raises(UnreadableError, match=r"^r\.conf:1: not TOML"):
        parse_registries_conf(b"location", "r.conf")


@given(st.sampled_from([SECOND, FIRST]), st.integers(0, 200), st.binary(max_size=4))
def test_no_damage_to_a_file_crashes_the_reader(data: bytes, at: int, damage: bytes) -> None:
    with suppress(UnreadableError):
        conf = parse_registries_conf(data[:at] + damage + data[at + 1 :], "r.conf")
        assert all(address.place.source == "r.conf" for address in conf.addresses())
