"""Certificate and key files: what is in them, by whatever format they turn out to have."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
    load_pem_public_key,
    load_ssh_private_key,
)

from regdoctor.formats.key_facts import (
    REFUSALS,
    CertificateFacts,
    EncryptedError,
    KeyFacts,
    NotParsableError,
    certificate_facts,
    key_facts,
    private_key,
)
from regdoctor.formats.pem_blocks import PemBlock, split_pem
from regdoctor.redaction import Secret


class PemKind(enum.StrEnum):
    """What kind of file it is, whatever its name."""

    EMPTY = "empty"
    PEM = "PEM"
    DER_CERTIFICATE = "a certificate in DER"
    DER_KEY = "a key in DER"
    OPENSSH_KEY = "a private key in OpenSSH's own format"
    PKCS12 = "a PKCS #12 container"
    TEXT = "text that is not PEM"
    BINARY = "binary that is neither certificate nor key"


@dataclass(frozen=True, slots=True)
class PemContents:
    """Everything of interest in one file. No text of it shows a private key."""

    source: str
    kind: PemKind
    certificates: tuple[CertificateFacts, ...] = ()
    """In the order of the file; only blocks labelled CERTIFICATE, as Go's registry counts them."""
    private_keys: tuple[KeyFacts, ...] = ()
    """Of those that need no passphrase."""
    public_keys: int = 0
    """How many blocks with a bare public key."""
    encrypted: bool = False
    """Whether a private key in it needs a passphrase."""
    other_blocks: tuple[str, ...] = ()
    """Labels of all other blocks."""
    literal_newlines: bool = False
    """Line breaks are written as the two characters `\\n`. The facts are those it would have with line
    breaks.
    """
    problems: tuple[str, ...] = ()
    """A line for each block that cannot be used, `line N: …` where there are lines."""
    hint: str = ""
    """For text that is not PEM: what it seems to be. Never a quotation, as it may be a key without its first
    line.
    """
    private_key_pem: Secret | None = field(default=None)
    """The PEM text of the first private key, with line breaks, where it needs no passphrase."""


def read_pem(data: bytes, source: str) -> PemContents:
    """What the file `source` with the content `data` holds. Raises nothing: what is broken is in `problems`.

    Private keys in it are remembered for redaction.
    """
    if not data.strip():
        return PemContents(source, PemKind.EMPTY)
    if b"-----BEGIN " in data:
        return _Contents(source).pem(data.decode("utf-8", "replace"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return PemContents(source, PemKind.TEXT, hint="UTF-16 text; PEM has one byte a character")
    if (data[0] == 0x30 and not data[:4].isascii()) or _PKCS12.match(data):
        return _Contents(source).der(data)
    if b"\0" in data or _UNPRINTABLE.search(data):
        return _Contents(source).der(data) if data[0] == 0x30 else PemContents(source, PemKind.BINARY)
    return PemContents(source, PemKind.TEXT, hint=_hint(data.decode("utf-8", "replace").strip()))


_PKCS12 = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...)\x02\x01\x03\x30", re.DOTALL)
"""SEQUENCE { INTEGER 3, SEQUENCE …: PFX of RFC 7292 section 4."""
_UNPRINTABLE = re.compile(rb"[\x01-\x08\x0e-\x1f]")


class _Contents:
    """Gathers what the blocks of one file hold."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.certificates: list[CertificateFacts] = []
        self.private_keys: list[KeyFacts] = []
        self.public_keys = 0
        self.encrypted = False
        self.others: list[str] = []
        self.problems: list[str] = []
        self.key_pem: Secret | None = None
        self.literal_newlines = False

    def done(self, kind: PemKind) -> PemContents:
        return PemContents(
            self.source,
            kind,
            certificates=tuple(self.certificates),
            private_keys=tuple(self.private_keys),
            public_keys=self.public_keys,
            encrypted=self.encrypted,
            other_blocks=tuple(self.others),
            literal_newlines=self.literal_newlines,
            problems=tuple(self.problems),
            private_key_pem=self.key_pem,
        )

    def pem(self, text: str) -> PemContents:
        found = split_pem(text)
        self.literal_newlines = found.literal_newlines
        self.problems.extend(found.problems)
        for block in found.blocks:
            try:
                self.block(block)
            except EncryptedError:
                self.encrypted = True
            except NotParsableError as error:
                self.problems.append(f"line {block.line}: the {block.label} block cannot be parsed: {error}")
        labels = {block.label for block in found.blocks}
        return self.done(PemKind.OPENSSH_KEY if labels == {"OPENSSH PRIVATE KEY"} else PemKind.PEM)

    def block(self, block: PemBlock) -> None:
        if block.label == "CERTIFICATE":
            self.certificates.append(certificate_facts(block.der, block.line))
        elif block.label == "OPENSSH PRIVATE KEY":
            self.openssh(block)
        elif block.label.endswith("PRIVATE KEY"):
            if block.encrypted:
                raise EncryptedError
            self.private_keys.append(key_facts(private_key(block.der).public_key(), block.line))
            self.key_pem = self.key_pem or Secret(block.text, "private key")
        elif block.label in ("PUBLIC KEY", "RSA PUBLIC KEY"):
            self.public(block)
        else:
            self.others.append(block.label)

    def openssh(self, block: PemBlock) -> None:
        try:
            key = load_ssh_private_key(block.text.encode(), password=None)
        except TypeError:
            raise EncryptedError from None
        except REFUSALS:
            raise NotParsableError("not a key, or one of an unknown kind") from None
        self.private_keys.append(key_facts(key.public_key(), block.line))

    def public(self, block: PemBlock) -> None:
        try:
            load_pem_public_key(block.text.encode())
        except REFUSALS:
            raise NotParsableError("not a public key, or one of an unknown kind") from None
        self.public_keys += 1

    def der(self, data: bytes) -> PemContents:
        if _PKCS12.match(data):
            return self.done(PemKind.PKCS12)
        try:
            self.certificates.append(certificate_facts(data, None))
        except NotParsableError as error:
            why = f"not a certificate: {error}"
        else:
            return self.done(PemKind.DER_CERTIFICATE)
        if self.der_key(data):
            return self.done(PemKind.DER_KEY)
        self.problems.append(f"begins like DER, but is {why}; and no key either")
        return self.done(PemKind.BINARY)

    def der_key(self, data: bytes) -> bool:
        try:
            key = private_key(data)
            facts = key_facts(key.public_key(), None)
            text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        except EncryptedError:
            self.encrypted = True
            return True
        except (NotParsableError, *REFUSALS):
            try:
                load_der_public_key(data)
            except REFUSALS:
                return False
            self.public_keys = 1
            return True
        self.private_keys.append(facts)
        self.key_pem = Secret(text.decode(), "private key")
        return True


_HINTS = (
    (re.compile(r"(?i)<(?:!doctype|html|\?xml|head|body)"), "an HTML or XML page"),
    (re.compile(r"[{\[]"), "JSON"),
    (re.compile(r"(?:ssh-|ecdsa-)\S+ AAAA"), "a public key in OpenSSH's format"),
    (re.compile(r"/[^\s]*\Z"), "the path of a file"),
    (re.compile(r"[A-Za-z0-9+/=\s]{64,}\Z"), "base64 without its BEGIN and END lines"),
)


def _hint(text: str) -> str:
    for shape, words in _HINTS:
        if shape.match(text):
            return words
    return "text"
