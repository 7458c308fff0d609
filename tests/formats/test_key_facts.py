"""Facts of keys and certificates, held against what openssl says."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.key_facts import (
    EncryptedError,
    NotParsableError,
    certificate_facts,
    key_facts,
    private_key,
)

_RSA = rsa.generate_private_key(65537, 2048)


def _certificate(serial: int = 0xABC) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry\nauth")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(_RSA.public_key())
    start = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=1)).serial_number(serial)
    return builder.sign(_RSA, hashes.SHA256()).public_bytes(Encoding.DER)


def _openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=True, timeout=60).stdout


def test_a_certificate_is_what_openssl_says_it_is(tmp_path: Path) -> None:
    file = tmp_path / "registry.crt"
    file.write_bytes(_certificate())
    facts = certificate_facts(_certificate(), 7)
    shown = _openssl("x509", "-inform", "DER", "-in", str(file), "-noout", "-serial", "-modulus").splitlines(
        keepends=True
    )
    assert shown[0].decode() == f"serial={facts.serial}\n"
    assert facts.key.modulus_sha256 == hashlib.sha256(shown[1]).hexdigest()
    assert facts.not_before == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert facts.not_after.tzinfo is UTC
    assert facts.subject == facts.issuer == "CN=registry\\nauth"
    assert (facts.line, facts.key.line) == (7, 7)


def test_the_two_halves_of_a_pair_have_equal_facts(tmp_path: Path) -> None:
    der = _RSA.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (tmp_path / "key").write_bytes(der)
    key = key_facts(private_key(der).public_key(), 7)
    assert key == certificate_facts(_certificate(), 7).key
    shown = _openssl("rsa", "-inform", "DER", "-in", str(tmp_path / "key"), "-noout", "-modulus")
    assert key.modulus_sha256 == hashlib.sha256(shown).hexdigest()
    public = _openssl("rsa", "-inform", "DER", "-in", str(tmp_path / "key"), "-pubout", "-outform", "DER")
    assert key.spki_sha256 == hashlib.sha256(public).hexdigest()


@pytest.mark.parametrize(
    ("make", "words", "signs", "in_jwk"),
    [
        (lambda: _RSA, "RSA 2048", True, True),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "EC P-256", True, True),
        (lambda: ec.generate_private_key(ec.SECP256K1()), "EC secp256k1", True, False),
        (ed25519.Ed25519PrivateKey.generate, "Ed25519", True, True),
        (ed448.Ed448PrivateKey.generate, "Ed448", False, False),
        (lambda: dsa.generate_private_key(2048), "DSA 2048", False, False),
    ],
)
def test_the_kind_of_key_is_said_in_words_and_ids_are_given_where_there_are_any(
    make: Callable[[], PrivateKeyTypes], words: str, signs: bool, in_jwk: bool
) -> None:
    facts = key_facts(make().public_key(), None)
    assert facts.algorithm == words
    assert (facts.libtrust_id is not None) == signs
    assert (facts.rfc7638 is not None) == (facts.distribution3_id is not None) == in_jwk
    assert (facts.modulus_sha256 is not None) == words.startswith("RSA")


def test_a_key_with_a_passphrase_says_so() -> None:
    der = _RSA.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    with pytest.raises(EncryptedError):
        private_key(der)


def test_a_key_of_ed25519_that_is_too_short_is_refused() -> None:
    der = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    short = bytearray(der[:-4])
    for at in (1, 13, 15):  # the lengths of the outer sequence, the outer octets and the inner octets
        short[at] -= 4
    with pytest.raises(NotParsableError):
        private_key(bytes(short))


def test_a_name_of_no_type_is_refused() -> None:
    der = _certificate()
    common_name = bytes((0x06, 0x03, 0x55, 0x04, 0x03))  # the object identifier 2.5.4.3; the value with its tag follows
    assert common_name in der
    for tag in (0x00, 0x05):
        damaged = bytearray(der)
        damaged[der.index(common_name) + len(common_name)] = tag
        with pytest.raises(NotParsableError) as refused:
            certificate_facts(bytes(damaged), None)
        assert str(refused.value).isprintable()


def test_a_negative_serial_is_no_crash_and_no_warning_leaks(recwarn: pytest.WarningsRecorder) -> None:
    der = _certificate(0x0ABC)
    at = der.index(b"\x02\x02\x0a\xbc")
    negative = der[: at + 2] + b"\x8a" + der[at + 3 :]
    try:
        facts = certificate_facts(negative, None)
    except NotParsableError as error:
        assert str(error).isprintable()  # noqa: PT017 - later versions of cryptography may refuse it
    else:
        assert facts.serial.startswith("-")
    assert not recwarn.list


@given(st.binary(max_size=200), st.integers(0, len(_certificate()) - 1))
def test_any_bytes_are_facts_or_refused_in_one_line(data: bytes, at: int) -> None:
    good = _certificate()
    for damaged in (data, good[:at] + data + good[at:], good[:at] + data + good[at + len(data) :]):
        for read in (lambda der: certificate_facts(der, None), private_key):
            try:
                read(damaged)
            except NotParsableError as error:
                assert str(error).isprintable()  # noqa: PT017 - either way is right
            except EncryptedError:
                continue
