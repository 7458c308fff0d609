"""The fields of a certificate that say for whom it speaks, from its DER; each is read by itself.

cryptography gives no extension at all where one of them is broken. A client that ignores the broken one goes on, and
so does this reader: what cannot be read counts as not there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SEQUENCE = 0x30
_OID = 0x06
_OCTETS = 0x04
_EXTENSIONS = 0xA3
_VERSION = 0xA0

_ALTERNATIVE_NAME = bytes.fromhex("551d11")
_CONSTRAINTS = bytes.fromhex("551d13")
_KEY_USES = bytes.fromhex("551d25")
_ANY_USE = bytes.fromhex("551d2500")
_SERVER_USE = bytes.fromhex("2b06010505070301")
_INFORMATION_ACCESS = bytes.fromhex("2b06010505070101")
_ISSUERS = bytes.fromhex("2b06010505073002")
_COMMON_NAME = bytes.fromhex("550403")

_DNS_NAME = 0x82
_IP_ADDRESS = 0x87
_URI = 0x86
_ENCODINGS = {0x0C: "utf-8", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}
"""UTF8String, BMPString and UniversalString; every other kind of text is taken for Latin-1."""


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """What the subject's name and four extensions say. Text is as written, control characters spelt out."""

    common_name: str = ""
    """The last CN of the subject, which is the one that Go takes; empty where there is none."""
    has_san: bool = False
    """Whether there is a subjectAltName, in whatever state (RFC 5280 section 4.2.1.6)."""
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    """Those of four or of sixteen bytes, in the usual spelling."""
    is_authority: bool = False
    """basicConstraints says CA (RFC 5280 section 4.2.1.9)."""
    issuer_urls: tuple[str, ...] = ()
    """caIssuers of Authority Information Access (RFC 5280 section 4.2.2.1)."""
    serves: bool = True
    """Whether its key may be a TLS server's: no extendedKeyUsage, or one with serverAuth or anyExtendedKeyUsage
    (RFC 5280 section 4.2.1.12)."""


def read_fields(der: bytes) -> CertificateFields:
    """The fields of a DER certificate. Raises nothing: what cannot be read is left at its default."""
    fields = _body(der)
    extensions = _extensions(fields)
    names = _inner(extensions.get(_ALTERNATIVE_NAME, b""))
    uses = _inner(extensions.get(_KEY_USES, b""))
    return CertificateFields(
        common_name=_common_name(fields),
        has_san=_ALTERNATIVE_NAME in extensions,
        dns_names=tuple(_one_line(value.decode("latin-1")) for tag, value in names if tag == _DNS_NAME),
        ip_addresses=tuple(str(ipaddress.ip_address(value)) for tag, value in names if _is_address(tag, value)),
        # DER leaves a false cA out; BER would write it.
        is_authority=any(tag == 0x01 and value != b"\0" for tag, value in _inner(extensions.get(_CONSTRAINTS, b""))),
        issuer_urls=tuple(_issuer_urls(extensions.get(_INFORMATION_ACCESS, b""))),
        serves=not uses or any(value in (_SERVER_USE, _ANY_USE) for _, value in uses),
    )


def _body(der: bytes) -> list[tuple[int, bytes]]:
    """The elements of TBSCertificate (RFC 5280 section 4.1), without the version."""
    outer = _inner(der)
    return [element for element in _elements(outer[0][1]) if element[0] != _VERSION] if outer else []


def _extensions(fields: list[tuple[int, bytes]]) -> Mapping[bytes, bytes]:
    """The value of each extension by its OID, the first where it comes twice."""
    found: dict[bytes, bytes] = {}
    for tag, value in fields:
        for _, extension in _inner(value) if tag == _EXTENSIONS else ():
            parts = list(_elements(extension))
            if len(parts) > 1 and parts[0][0] == _OID and parts[-1][0] == _OCTETS:
                found.setdefault(parts[0][1], parts[-1][1])
    return found


def _common_name(fields: list[tuple[int, bytes]]) -> str:
    """Of the fifth field, the subject: after serial number, algorithm, issuer and validity."""
    found = ""
    for _, relative in _elements(fields[4][1]) if len(fields) > 4 else ():
        for _, attribute in _elements(relative):
            parts = list(_elements(attribute))
            if len(parts) == 2 and parts[0] == (_OID, _COMMON_NAME):
                tag, text = parts[1]
                found = _one_line(text.decode(_ENCODINGS.get(tag, "latin-1"), "replace"))
    return found


def _issuer_urls(value: bytes) -> Iterator[str]:
    for _, description in _inner(value):
        parts = list(_elements(description))
        if len(parts) == 2 and parts[0] == (_OID, _ISSUERS) and parts[1][0] == _URI:
            yield _one_line(parts[1][1].decode("latin-1"))


def _is_address(tag: int, value: bytes) -> bool:
    return tag == _IP_ADDRESS and len(value) in (4, 16)


def _inner(data: bytes) -> list[tuple[int, bytes]]:
    """The elements of the SEQUENCE that `data` is; none where it is something else."""
    first = next(_elements(data), None)
    return list(_elements(first[1])) if first and first[0] == _SEQUENCE else []


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of one DER element after the other (X.690 section 8.1), up to the first that is broken."""
    at = 0
    while at + 2 <= len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length >= 0x80:
            width = length - 0x80
            length = int.from_bytes(data[at : at + width])
            at += width
            if not 1 <= width <= 4:
                return
        if at + length > len(data):
            return
        yield tag, data[at : at + length]
        at += length


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
