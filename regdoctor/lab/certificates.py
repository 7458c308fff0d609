"""The lab's certificate authority, its servers' certificates, and the key pair that signs registry tokens."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its private key, both PEM."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a server's certificate differs from a good one for https://localhost."""

    names: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")
    """subjectAltName: names and addresses; none, and the certificate has its common name alone."""
    common_name: str = "localhost"
    since: datetime.timedelta = datetime.timedelta(days=-1)
    """notBefore, from now; a day ago, so that a clock moved by minutes does no harm."""
    until: datetime.timedelta = datetime.timedelta(days=365)
    """notAfter, from now."""
    issuer_url: str = ""
    """Where it says that its issuer can be had (Authority Information Access); empty: it does not say."""
    for_clients: bool = False
    """extendedKeyUsage of a client, not of a server."""


class Authority:
    """A certificate authority that exists for one lab: a root, or an intermediate below another."""

    def __init__(self, name: str, above: Authority | None = None, wishes: Wishes | None = None) -> None:
        """`name`: its common name. `above`: who signs it; None: it signs itself. `wishes`: its dates, where unusual."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        issuer, issuing_key = (above._name, above._key) if above is not None else (self._name, self._key)
        self._certificate = _signed(
            _builder(self._name, issuer, self._key, issuing_key, wishes or Wishes())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True),
            issuing_key,
        )

    @property
    def certificate(self) -> str:
        """Its own certificate, PEM."""
        return _pem(self._certificate)

    def issue_for_localhost(self) -> Pair:
        """A server certificate for `localhost`, 127.0.0.1 and ::1."""
        return self.issue(Wishes())

    def issue(self, wishes: Wishes) -> Pair:
        """A server's certificate as wished."""
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH if wishes.for_clients else ExtendedKeyUsageOID.SERVER_AUTH
        builder = (
            _builder(_name(wishes.common_name), self._name, key, self._key, wishes)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if wishes.names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in wishes.names]), critical=False
            )
        if wishes.issuer_url:
            location = x509.UniformResourceIdentifier(wishes.issuer_url)
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, location)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return Pair(_pem(_signed(builder, self._key)), _key_pem(key))


def signing_pair() -> Pair:
    """A pair as Omnibus makes it for registry tokens: an RSA key with a certificate that it signed itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _name("gitlab-issuer")
    return Pair(_pem(_signed(_builder(name, name, key, key, Wishes()), key)), _key_pem(key))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: _Key, issuing_key: _Key, wishes: Wishes
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + wishes.since)
        .not_valid_after(now + wishes.until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: _Key) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: _Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
