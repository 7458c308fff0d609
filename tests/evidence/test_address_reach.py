"""Addresses are told apart by what they are, and by whether they could be tried."""

from __future__ import annotations

import pytest

from regdoctor.evidence.address_reach import is_link_local, is_loopback, is_private, way_is_proven
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


@pytest.mark.parametrize(
    ("other", "kind", "proven"),
    [
        ("2a00::8", None, True),
        ("2a00::8", FailureKind.REFUSED, True),
        ("2a00::8", FailureKind.RESET, True),
        ("2a00::8", FailureKind.TIMEOUT, False),
        ("2a00::8", FailureKind.UNREACHABLE, False),
        ("8.8.8.8", None, False),
        ("::1", None, False),
        ("fe80::1%eth0", None, False),
    ],
)
def test_a_way_is_proven_by_an_answer_of_its_family(other: str, kind: FailureKind | None, proven: bool) -> None:
    silent = AddressLook("2a00::7", 0.0, Failure(FailureKind.TIMEOUT, "still connecting"))
    beside = AddressLook(other, 0.0, Failure(kind, "x") if kind else None)
    assert way_is_proven(silent, (silent, beside)) is proven


def test_the_way_to_this_hosts_own_address_needs_no_proof() -> None:
    silent = AddressLook("127.0.0.2", 0.0, Failure(FailureKind.TIMEOUT, "still connecting"))
    assert way_is_proven(silent, (silent,))
