"""The fields of a certificate are read one by one: a broken one takes no other with it."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.certificate_fields import CertificateFields, read_fields
from tests.certificates import garbage, issue

FULL = issue(
    "registry.example",
    dns=("registry.example", "*.example.com"),
    ips=("192.0.2.7", "2001:db8::7"),
    issuer_url="http://ca.example/issuer.der",
)


def test_everything_is_read() -> None:
    assert read_fields(FULL.der) == CertificateFields(
        common_name="registry.example",
        has_san=True,
        dns_names=("registry.example", "*.example.com"),
        ip_addresses=("192.0.2.7", "2001:db8::7"),
        is_authority=False,
        issuer_urls=("http://ca.example/issuer.der",),
    )


def test_an_authority_and_a_certificate_without_extensions() -> None:
    assert read_fields(issue("root", authority=True).der).is_authority
    bare = read_fields(issue("bücher").der)
    assert bare == CertificateFields(common_name="bücher")


@pytest.mark.parametrize(
    ("uses", "serves"),
    [
        ([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], True),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], True),
        ([ExtendedKeyUsageOID.CLIENT_AUTH], False),
    ],
)
def test_the_key_may_serve_where_its_uses_say_so(uses: list[x509.ObjectIdentifier], serves: bool) -> None:
    assert read_fields(issue(extensions=[(x509.ExtendedKeyUsage(uses), False)]).der).serves is serves


@pytest.mark.parametrize("oid", ["2.5.29.19", "2.5.29.37", "1.3.6.1.5.5.7.1.1", "2.5.29.15", "1.2.3.4"])
def test_a_broken_extension_leaves_the_names_readable(oid: str) -> None:
    made = issue("server", dns=("registry.example",), extensions=[garbage(oid)])
    if oid != "1.2.3.4":
        with pytest.raises(ValueError):
            _ = made.certificate.extensions
    found = read_fields(made.der)
    assert (found.dns_names, found.serves, found.is_authority) == (("registry.example",), True, False)


def test_broken_names_are_there_and_empty() -> None:
    found = read_fields(issue(extensions=[garbage("2.5.29.17")]).der)
    assert (found.has_san, found.dns_names, found.ip_addresses) == (True, (), ())


def test_control_characters_are_spelt_out_and_an_address_of_a_wrong_length_is_left_out() -> None:
    names = b"\x82\x07a\0b\x1b[1m" + b"\x87\x03\1\2\3" + b"\x87\x04\1\2\3\4"
    value = bytes([0x30, len(names)]) + names
    made = issue("a\nb", extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), value), False)])
    found = read_fields(made.der)
    assert found.dns_names == ("a\\x00b\\x1b[1m",)
    assert found.ip_addresses == ("1.2.3.4",)
    assert found.common_name == "a\\nb"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    assert isinstance(read_fields(data), CertificateFields)


@given(st.integers(0, len(FULL.der) - 1), st.binary(min_size=1, max_size=4))
def test_no_damage_makes_it_fail(at: int, piece: bytes) -> None:
    assert isinstance(read_fields(FULL.der[:at] + piece + FULL.der[at + len(piece) :]), CertificateFields)
    assert isinstance(read_fields(FULL.der[:at]), CertificateFields)
