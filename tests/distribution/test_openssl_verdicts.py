"""The numbers are those of the OpenSSL that runs here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from OpenSSL import crypto

from regdoctor.distribution.openssl_verdicts import (
    EXPIRED,
    ISSUER_MISSING,
    NOT_YET_VALID,
    TOO_WEAK,
    UNKNOWN_AUTHORITY,
    WRONG_PURPOSE,
)
from regdoctor.lab.certificates import Authority, Wishes


def verdict(leaf: str, *trusted: str) -> int:
    """What OpenSSL makes of a certificate."""
    store = crypto.X509Store()
    for one in trusted:
        store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, one.encode()))
    certificate = crypto.load_certificate(crypto.FILETYPE_PEM, leaf.encode())
    with pytest.raises(crypto.X509StoreContextError) as refused:
        crypto.X509StoreContext(store, certificate).verify_certificate()
    return int(refused.value.errors[0])


def test_a_missing_issuer_and_a_certificate_that_signed_itself() -> None:
    authority = Authority("a")
    assert verdict(authority.issue_for_localhost().certificate) in ISSUER_MISSING
    assert verdict(authority.certificate) in UNKNOWN_AUTHORITY - ISSUER_MISSING


def test_dates() -> None:
    authority = Authority("a")
    over = authority.issue(Wishes(since=timedelta(days=-2), until=timedelta(days=-1)))
    early = authority.issue(Wishes(since=timedelta(days=1), until=timedelta(days=2)))
    assert verdict(over.certificate, authority.certificate) == EXPIRED
    assert verdict(early.certificate, authority.certificate) == NOT_YET_VALID


def test_the_groups_are_apart() -> None:
    groups = [UNKNOWN_AUTHORITY, TOO_WEAK, {EXPIRED}, {NOT_YET_VALID}, {WRONG_PURPOSE}]
    assert sum(map(len, groups)) == len(frozenset[int]().union(*groups))
