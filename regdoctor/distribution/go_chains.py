"""Whether Go's crypto/x509 verifies a chain of certificates up to trusted roots, and what it says where not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtensionOID, NameOID

from regdoctor.distribution.go_formats import quoted
from regdoctor.distribution.json_web_keys import UNREADABLE

_UNKNOWN = "x509: certificate signed by unknown authority"
_NO_AUTHORITY = "x509: invalid signature: parent certificate cannot sign this kind of certificate"
_PLAIN = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}
"""Extensions that may be critical and do not change the verdict here; of others that are it is not told."""
_DEEPEST = 8
_MOST_CHECKS = 100
"""Signatures that Go checks on its way to a root (crypto/x509 verify.go, maxChainSignatureChecks). Each way is walked
anew, and certificates of one subject that sign one another make as many ways as they have orders."""


class UndecidedChainError(ValueError):
    """What Go makes of the chain is not known here; its text is why."""


def chain_refusal(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: float) -> str | None:
    """What Go's Certificate.Verify says to the first certificate, with the rest as intermediates and any key usage.

    None where it verifies; empty where it does not, and Go's words are not known. now: seconds since the epoch.

    Raises UndecidedChainError where it cannot be told.
    """
    leaf = chain[0]
    for certificate in chain:
        _plain_only(certificate)
    out_of_time = _out_of_time(leaf, now)
    if out_of_time:
        return out_of_time
    if leaf in roots or _Search(chain[1:], roots, now).leads_to_root((leaf,)):
        return None
    parents = [one for one in (*roots, *chain[1:]) if one.subject == leaf.issuer and one != leaf]
    if not parents:
        return _UNKNOWN
    if len(parents) > 1:
        return ""
    hint = _signature_refusal(leaf, parents[0])
    if not hint:
        return ""
    name = _common_name(parents[0])
    return (
        f"{_UNKNOWN} (possibly because of {quoted(hint)} while trying to verify candidate authority certificate {name})"
    )


class _Search:
    """For a way up to one of the roots, with as many signatures checked as Go checks."""

    def __init__(self, between: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: float) -> None:
        self.between, self.roots, self.now = between, roots, now
        self.checks = 0

    def leads_to_root(self, path: tuple[x509.Certificate, ...]) -> bool:
        """Whether a way from the last of the path does."""
        if len(path) > _DEEPEST:
            raise UndecidedChainError("its chain of certificates is longer than is followed here")
        child = path[-1]
        for parent in (*self.roots, *self.between):
            if parent in path or parent.subject != child.issuer:
                continue
            self.checks += 1
            if self.checks > _MOST_CHECKS:
                # Go goes by the order of its own pool, and may have found a way by then.
                raise UndecidedChainError(f"its certificates take more than {_MOST_CHECKS} checks, where Go gives up")
            if _signature_refusal(child, parent) is not None:
                continue
            _plain_only(parent)
            if _out_of_time(parent, self.now):
                continue
            if parent in self.roots or (_is_authority(parent) and self.leads_to_root((*path, parent))):
                return True
        return False


def _signature_refusal(child: x509.Certificate, parent: x509.Certificate) -> str | None:
    """What Go's CheckSignatureFrom says; None where it is good, empty where the words are not known."""
    # A certificate of version 1 has no constraints and may sign (crypto/x509 verify.go, CheckSignatureFrom).
    if parent.version is x509.Version.v3 and not _is_authority(parent):
        return _NO_AUTHORITY
    hashed = child.signature_hash_algorithm
    if hashed is not None and hashed.name in ("md5", "sha1"):
        return ""
    return _verification_refusal(child, parent)


@lru_cache(maxsize=1024)
def _verification_refusal(child: x509.Certificate, parent: x509.Certificate) -> str | None:
    """Remembered: other ways, and the next product, ask for the same pair again, and a signature may take 1 ms."""
    try:
        child.verify_directly_issued_by(parent)
    except InvalidSignature:
        match parent.public_key():
            case RSAPublicKey():
                return "crypto/rsa: verification error"
            case EllipticCurvePublicKey():
                return "x509: ECDSA verification failure"
            case _:
                return ""
    except UNREADABLE:
        return ""
    return None


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        found = {extension.oid: extension.value for extension in certificate.extensions}
    except UNREADABLE as error:
        raise UndecidedChainError("an extension of a certificate in its chain cannot be read here") from error
    constraints, usage = found.get(ExtensionOID.BASIC_CONSTRAINTS), found.get(ExtensionOID.KEY_USAGE)
    if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
        return False
    if isinstance(constraints, x509.BasicConstraints) and constraints.path_length is not None:
        raise UndecidedChainError("a certificate in its chain limits the length of chains, which is not judged here")
    return isinstance(constraints, x509.BasicConstraints) and constraints.ca


def _plain_only(certificate: x509.Certificate) -> None:
    try:
        odd = [
            extension.oid.dotted_string
            for extension in certificate.extensions
            if (extension.critical and extension.oid not in _PLAIN) or extension.oid == ExtensionOID.NAME_CONSTRAINTS
        ]
    except UNREADABLE as error:
        raise UndecidedChainError("an extension of a certificate in its chain cannot be read here") from error
    if odd:
        raise UndecidedChainError(f"a certificate in its chain has the extension {odd[0]}, which is not judged here")


def _out_of_time(certificate: x509.Certificate, now: float) -> str:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    word, limit = ("before", begins) if moment < begins else ("after", ends)
    if begins <= moment <= ends:
        return ""
    said = f"current time {moment:%Y-%m-%dT%H:%M:%SZ} is {word} {limit:%Y-%m-%dT%H:%M:%SZ}"
    return f"x509: certificate has expired or is not yet valid: {said}"


def _common_name(certificate: x509.Certificate) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = certificate.subject.get_attributes_for_oid(oid)
        if found:
            return quoted(str(found[-1].value if oid == NameOID.COMMON_NAME else found[0].value))
    return quoted(f"serial:{certificate.serial_number}")
