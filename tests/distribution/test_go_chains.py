"""A chain is followed as Go does, and what is not followed here is left open."""

from __future__ import annotations

import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ObjectIdentifier

from regdoctor.distribution import go_chains
from regdoctor.distribution.go_chains import UndecidedChainError, chain_refusal
from tests.certificates import Pair, garbage, issue

ROOT = issue("root", authority=True)
BETWEEN = issue("between", ROOT, authority=True)
UNKNOWN = "x509: certificate signed by unknown authority"


def said(*chain: Pair, roots: tuple[Pair, ...] = (ROOT,), at: float = 0.0) -> str | None:
    """at: seconds from now."""
    trusted = [pair.certificate for pair in roots]
    return chain_refusal([pair.certificate for pair in chain], trusted, time.time() + at)


def test_what_leads_to_a_root_verifies() -> None:
    leaf = issue("leaf", BETWEEN)
    assert said(issue("leaf", ROOT)) is None
    assert said(leaf, BETWEEN) is None
    assert said(leaf, issue("other"), BETWEEN, ROOT) is None
    assert said(leaf, roots=(leaf,)) is None


def test_what_does_not_is_told_in_gos_words() -> None:
    assert said(issue("leaf", BETWEEN)) == UNKNOWN
    assert said(issue("alone")) == UNKNOWN
    plain = issue("plain")
    hint = "x509: invalid signature: parent certificate cannot sign this kind of certificate"
    assert said(issue("leaf", plain), roots=(plain,)) == (
        f'{UNKNOWN} (possibly because of "{hint}" while trying to verify candidate authority certificate "plain")'
    )
    assert said(issue("leaf", issue("root", authority=True))) == (
        f'{UNKNOWN} (possibly because of "x509: ECDSA verification failure" '
        'while trying to verify candidate authority certificate "root")'
    )
    assert said(issue("leaf", issue("root", authority=True)), roots=(ROOT, issue("root", authority=True))) == ""


def test_time_is_looked_at_first() -> None:
    late, early = said(issue("leaf"), at=40 * 86400), said(issue("leaf"), at=-9 * 86400)
    assert late is not None
    assert early is not None
    assert late.startswith("x509: certificate has expired or is not yet valid: current time 2")
    assert "Z is after 2" in late
    assert "Z is before 2" in early
    stale = issue("stale", ROOT, authority=True, since=-9, days=-5)
    assert said(issue("leaf", stale), stale) == ""


def test_what_is_not_judged_is_left_open() -> None:
    limited = issue("limited", ROOT, extensions=[(x509.BasicConstraints(ca=True, path_length=0), True)])
    unknown = issue("leaf", ROOT, extensions=[(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3"), b"x"), True)])
    broken = issue("leaf", ROOT, extensions=[garbage("2.5.29.17")])
    for chain in [(issue("leaf", limited), limited), (unknown,), (broken,)]:
        with pytest.raises(UndecidedChainError):
            said(*chain)


@pytest.mark.parametrize("number", [8, 20])
def test_certificates_of_one_subject_cost_no_more_checks_than_there_are_pairs(number: int) -> None:
    key = ec.generate_private_key(ec.SECP521R1())
    ring = [issue("same", authority=True, key=key) for _ in range(number)]
    go_chains._verification_refusal.cache_clear()

    for _product in range(3):
        with pytest.raises(UndecidedChainError, match=r"more than 100 checks|longer than is followed"):
            said(*ring)

    assert go_chains._verification_refusal.cache_info().misses <= min(100, number * (number - 1))


def test_a_long_chain_with_many_certificates_beside_it_is_still_followed() -> None:
    beside = [issue(f"other {number}") for number in range(10)]
    second = issue("second", BETWEEN, authority=True)

    assert said(issue("leaf", second), *beside, second, issue("between", ROOT, authority=True), BETWEEN) is None
