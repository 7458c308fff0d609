"""Addresses that Go cannot listen on are told with its words (seen from docker-registry 2.8.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.listen_addresses import fault, picks_any_port


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1", "missing port in address"),
        ("5000", "missing port in address"),
        ("[::1]", "missing port in address"),
        ("[::1]5000", "missing port in address"),
        ("[::1:5000", "missing ']' in address"),
        ("::1:5000", "too many colons in address"),
        ("http://127.0.0.1:5000", "too many colons in address"),
        ("127.0.0.1:5000:6", "too many colons in address"),
        (":99999", "invalid port"),
        (":99999999999999999999", "invalid port"),
        (":5O00", "unknown port"),
        (":-1", "unknown port"),
    ],
)
def test_an_address_that_nothing_can_listen_on_is_told(address: str, said: str) -> None:
    assert fault(address) == said
    assert not picks_any_port(address)


@pytest.mark.parametrize(
    "address", [":5000", "127.0.0.1:5000", "[::1]:5000", "registry:5000", ":http", ":0", "[::]:65535"]
)
def test_host_and_port_are_no_fault(address: str) -> None:
    assert fault(address) is None
    assert not picks_any_port(address)


@pytest.mark.parametrize("address", ["", ":", "127.0.0.1:"])
def test_without_a_port_any_is_picked(address: str) -> None:
    assert picks_any_port(address)


@given(st.text(alphabet="[]:.0159ahtp/é", max_size=20))
def test_no_address_breaks_it(address: str) -> None:
    assert fault(address) != ""
    assert picks_any_port(address) in (True, False)
