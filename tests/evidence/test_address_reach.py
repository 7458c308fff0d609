"""Addresses are told apart by what they are, and by whether they could be tried."""

from __future__ import annotations

import pytest

from regdoctor.evidence.address_reach import NOT_TRIED, is_link_local, is_loopback, is_private, was_not_tried
from regdoctor.evidence.addresses import AddressLook
from regdoctor.evidence.exchange import Failure, FailureKind


@pytest.mark.parametrize(
    ("address", "loopback", "link_local", "private"),
    [
        ("127.0.0.1", True, False, True),
        ("127.0.1.1", True, False, True),
        ("::1", True, False, True),
        ("::ffff:127.0.0.1", True, False, True),
        ("10.1.2.3", False, False, True),
        ("100.64.0.9", False, False, True),
        ("fd00::7", False, False, True),
        ("169.254.1.1", False, True, True),
        ("fe80::1%eth0", False, True, True),
        ("8.8.8.8", False, False, False),
        ("2a00:1450::7", False, False, False),
    ],
)
def test_kinds_of_addresses(address: str, loopback: bool, link_local: bool, private: bool) -> None:
    look = AddressLook(address, 0.0)
    assert (is_loopback(look), is_link_local(look), is_private(look)) == (loopback, link_local, private)


def test_what_this_host_could_not_try_is_told_from_what_refused() -> None:
    refused = Failure(FailureKind.REFUSED, "8.8.8.8:443: connection refused")
    no_route = Failure(FailureKind.UNREACHABLE, f"[2a00::7]:443: Network is unreachable: {NOT_TRIED}")
    assert was_not_tried(AddressLook("2a00::7", 0.0, no_route))
    assert not was_not_tried(AddressLook("8.8.8.8", 0.0, refused))
    assert not was_not_tried(AddressLook("8.8.8.8", 0.0))
