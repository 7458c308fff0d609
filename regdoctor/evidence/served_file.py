"""Which certificate file of this host is the one that a server shows."""

from __future__ import annotations

from regdoctor.evidence.host_file import HostFile
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls
from regdoctor.evidence.tls_files import TlsFiles
from regdoctor.formats.key_facts import CertificateFacts
from regdoctor.injection import Absent


def file_of(look: ServedTls, files: TlsFiles | Absent) -> HostFile | None:
    """The file from which the look's certificate was loaded; None where that is not clear.

    A file counts that holds a certificate of the same subject and the same authority, whatever its serial number: the
    served one itself, or one that came before or after it. Of several the one named after the host counts, as Omnibus
    names them; else it is not clear.
    """
    leaf = look.leaf
    if leaf is None or isinstance(files, Absent):
        return None
    found = {pair.certificate.path: pair.certificate for pair in files.pairs if pair.certificate}
    like = [file for file in found.values() if _holds_one_like(file, leaf)]
    own = [file for file in like if file.path.rpartition("/")[2].removesuffix(".crt").lower() == look.endpoint.host]
    chosen = own or like
    return chosen[0] if len(chosen) == 1 else None


def first_of(file: HostFile) -> CertificateFacts | None:
    """The certificate that a server shows as its own: the first of the file."""
    return file.contents.certificates[0] if file.contents and file.contents.certificates else None


def _holds_one_like(file: HostFile, leaf: ServedCertificate) -> bool:
    held = first_of(file)
    if held is None or not held.subject or held.subject != leaf.facts.subject:
        return False
    return held.issuer == leaf.facts.issuer or bool(_organisations(held.issuer) & _organisations(leaf.facts.issuer))


def _organisations(name: str) -> set[str]:
    """The O= of an RFC 4514 name. Let's Encrypt signs with several intermediates (R10, R11, E5) in turn."""
    return {part.strip() for part in name.split(",") if part.strip().startswith("O=")}
