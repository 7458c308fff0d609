"""Facts of keys and certificates, from their DER bytes; never the private part."""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.dsa import DSAPublicKey
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from regdoctor.distribution.key_ids import distribution3_key_id, libtrust_key_id, rfc7638_thumbprint

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_warnings_lock = threading.RLock()

REFUSALS = (ValueError, OverflowError, UnsupportedAlgorithm, InternalError, x509.InvalidVersion)
"""What cryptography raises for bytes that are no good; InternalError for an Ed25519 key that is too short."""


class NotParsableError(Exception):
    """DER bytes are not what their label says; the message says why, without any of the bytes."""


class EncryptedError(Exception):
    """A private key needs a passphrase."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What can be said of a key by its public half; the same for a private key and for its certificate."""

    algorithm: str
    """In words: `RSA 2048`, `EC P-256`, `Ed25519`."""
    spki_sha256: str
    """SHA-256 of the DER SubjectPublicKeyInfo, in hex: two keys are one pair exactly when these are equal."""
    modulus_sha256: str | None
    """What `openssl x509 -noout -modulus -in FILE | openssl sha256` prints; None for a key that is not
    RSA.
    """
    libtrust_id: str | None
    """The ID in tokens of GitLab and of distribution 2.x; None for kinds of keys that sign no tokens."""
    rfc7638: str | None
    """The JWK thumbprint; None for kinds of keys that JWK or the registry does not know."""
    distribution3_id: str | None
    """The ID that distribution 3.x gives it: `rfc7638`, except for some elliptic-curve keys."""
    line: int | None = None
    """Line of the BEGIN in the file, counted from 1; None in a DER file."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One X.509 certificate."""

    subject: str
    """As RFC 4514 writes a name."""
    issuer: str
    serial: str
    """Upper-case hex, as `openssl x509 -serial` shows it."""
    not_before: datetime
    """With time zone, UTC."""
    not_after: datetime
    """With time zone, UTC."""
    key: KeyFacts
    line: int | None = None
    """Line of the BEGIN in the file, counted from 1; None in a DER file."""


def certificate_facts(der: bytes, line: int | None) -> CertificateFacts:
    """The facts of a DER certificate. Raises NotParsableError."""
    with _quietly():
        certificate = x509.load_der_x509_certificate(der)
        serial = certificate.serial_number
        digits = f"{abs(serial):X}"
        return CertificateFacts(
            subject=_one_line(certificate.subject.rfc4514_string()),
            issuer=_one_line(certificate.issuer.rfc4514_string()),
            serial="-" * (serial < 0) + "0" * (len(digits) % 2) + digits,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            key=key_facts(certificate.public_key(), line),
            line=line,
        )
    raise AssertionError("unreachable: _quietly passes on or raises")


def private_key(der: bytes) -> PrivateKeyTypes:
    """The key in DER (PKCS#1, SEC 1 or PKCS#8). Raises NotParsableError; EncryptedError without its
    passphrase.

    The numbers are not proven to fit together: GitLab's Ruby does not do so either, and it is slow.
    """
    with _quietly():
        return load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    raise AssertionError("unreachable: _quietly passes on or raises")


def key_facts(key: PublicKeyTypes, line: int | None) -> KeyFacts:
    """The facts of a public key that stands at `line`. Raises NotParsableError where it cannot be encoded."""
    with _quietly():
        info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        signs = isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey)
        thumbprint = distribution3 = None
        if signs:
            with suppress(ValueError):  # a curve that JWK has no name for
                thumbprint, distribution3 = rfc7638_thumbprint(key), distribution3_key_id(key)
        return KeyFacts(
            algorithm=_algorithm(key),
            spki_sha256=hashlib.sha256(info).hexdigest(),
            modulus_sha256=_modulus_sha256(key) if isinstance(key, RSAPublicKey) else None,
            libtrust_id=libtrust_key_id(key) if signs else None,
            rfc7638=thumbprint,
            distribution3_id=distribution3,
            line=line,
        )
    raise AssertionError("unreachable: _quietly passes on or raises")


def _algorithm(key: PublicKeyTypes) -> str:
    match key:
        case RSAPublicKey():
            return f"RSA {key.key_size}"
        case EllipticCurvePublicKey():
            return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
        case DSAPublicKey():
            return f"DSA {key.key_size}"
        case _:
            return type(key).__name__.removeprefix("_").removesuffix("PublicKey")


def _modulus_sha256(key: RSAPublicKey) -> str:
    return hashlib.sha256(f"Modulus={key.public_numbers().n:X}\n".encode()).hexdigest()


@contextmanager
def _quietly() -> Iterator[None]:
    """Turns what cryptography raises for bad bytes into ours, and keeps its warnings (a negative serial) to
    itself.

    The lock is for the filters of warnings, which belong to the whole process.
    """
    try:
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except TypeError as error:
        # "Password was not given but private key is encrypted"
        raise EncryptedError if "assword" in str(error) else NotParsableError("not understood") from None
    except KeyError:  # the tag of a name's value, looked up in cryptography's table of them
        raise NotParsableError("a name holds what X.509 has no type for") from None
    except REFUSALS as error:
        words = _one_line(str(error)).partition(" (")[0].partition(". ")[0][:120]
        raise NotParsableError(words or "not understood") from None


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
