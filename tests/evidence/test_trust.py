"""Certificates are found in what people keep in PEM files."""

from __future__ import annotations

from regdoctor.evidence.trust import TrustedCAs, certificates_in

ONE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
TWO = "-----BEGIN TRUSTED CERTIFICATE-----\nBBBB\n-----END TRUSTED CERTIFICATE-----"
KEY = "-----BEGIN PRIVATE KEY-----\nCCCC\n-----END PRIVATE KEY-----"


def test_certificates_are_taken_in_order_without_what_is_between_them() -> None:
    assert certificates_in(f"# Société\n{ONE}\r\n{KEY}\n\n{TWO}\n") == (ONE, TWO)


def test_file_without_certificates_gives_none() -> None:
    assert certificates_in(KEY) == ()
    assert certificates_in("") == ()


def test_trust_is_hashable_by_its_contents() -> None:
    assert len({TrustedCAs((("a", ONE),)), TrustedCAs((("a", ONE),)), TrustedCAs()}) == 2
