"""Which certificate file of this host is the one that a server shows."""

from __future__ import annotations

from regdoctor.evidence.host_file import HostFile
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls
from regdoctor.evidence.tls_files import TlsFiles
from regdoctor.formats.key_facts import CertificateFacts
from regdoctor.injection import Absent


def file_of(look: ServedTls, files: TlsFiles | Absent) -> HostFile | None:
    """The file from which the look's certificate was loaded; None where that is not clear.

    A file that holds the served one itself is that. Else one counts that holds a certificate of the same subject, the
    same authority and the same kind of key, whatever its serial number: one that came before or after it. Of several
    the one named after the host counts, as Omnibus and certbot name them; else it is not clear. A server may have one
    of RSA and one of ECDSA, of which each client is shown one.
    """
    leaf = look.leaf
    if leaf is None or isinstance(files, Absent):
        return None
    found = {pair.certificate.path: pair.certificate for pair in files.pairs if pair.certificate}
    same = [file for file in found.values() if holds_it(file, leaf)]
    like = same or [file for file in found.values() if _holds_one_like(file, leaf)]
    own = [file for file in like if _is_named_after(file, look.endpoint.host)]
    chosen = own or like
    return chosen[0] if len(chosen) == 1 or same else None


def first_of(file: HostFile) -> CertificateFacts | None:
    """The certificate that a server shows as its own: the first of the file."""
    return file.contents.certificates[0] if file.contents and file.contents.certificates else None


def holds_it(file: HostFile, leaf: ServedCertificate) -> bool:
    """Whether the file holds the served certificate itself: authority and serial number tell (RFC 5280, 4.1.2.2)."""
    held = first_of(file)
    return held is not None and (held.issuer, held.serial) == (leaf.facts.issuer, leaf.facts.serial)


def _holds_one_like(file: HostFile, leaf: ServedCertificate) -> bool:
    held = first_of(file)
    if held is None or not held.subject or held.subject != leaf.facts.subject:
        return False
    if _kind_of_key(held) != _kind_of_key(leaf.facts):
        return False
    return held.issuer == leaf.facts.issuer or bool(_organisations(held.issuer) & _organisations(leaf.facts.issuer))


def _kind_of_key(facts: CertificateFacts) -> str:
    """`RSA` of `RSA 2048`, `EC` of `EC P-256`: a renewal may change the length, and keeps the kind."""
    return facts.key.algorithm.partition(" ")[0]


def _is_named_after(file: HostFile, host: str) -> bool:
    """HOST.crt as Omnibus has it; certbot's live/HOST/fullchain.pem."""
    *_, folder, name = ("", *file.path.lower().split("/"))
    return name.removesuffix(".crt") == host or folder == host


def _organisations(name: str) -> set[str]:
    """The O= of an RFC 4514 name. Let's Encrypt signs with several intermediates (R10, R11, E5) in turn."""
    return {part.strip() for part in name.split(",") if part.strip().startswith("O=")}
