"""The file of a served certificate is told by its subject, its authority and its name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.served_file import file_of, first_of, holds_it
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls
from regdoctor.evidence.tls_files import TlsFiles, TlsPair
from regdoctor.formats.key_facts import CertificateFacts, KeyFacts
from regdoctor.formats.pem import PemContents, PemKind
from regdoctor.injection import Absent

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
HOST = "registry.example.com"


def facts(
    subject: str = f"CN={HOST}", issuer: str = "CN=R10,O=Let's Encrypt,C=US", serial: str = "0B", key: str = "EC P-256"
) -> CertificateFacts:
    return CertificateFacts(subject, issuer, serial, START, END, KeyFacts(key, "00" * 32, None, None, None, None))


def file(path: str, held: CertificateFacts | None) -> HostFile:
    contents = PemContents(path, PemKind.PEM, certificates=(held,) if held else ())
    return HostFile(Quote("x", path), path, FileState.READABLE, contents=contents)


def files(*each: HostFile) -> TlsFiles:
    return TlsFiles((*(TlsPair("nginx", one, None) for one in each), TlsPair("registry", None, None)))


LEAF = ServedCertificate(facts(serial="0A"), HOST, (HOST,), (), True, False, (), "", "PEM")
LOOK = ServedTls("registry", Endpoint(f"https://{HOST}", Quote("x", "y")), START, chain=(LEAF,))


@pytest.mark.parametrize(
    ("held", "found"),
    [
        (facts(), True),
        (facts(issuer="CN=E5,O=Let's Encrypt,C=US"), True),
        (facts(issuer="CN=R10,O=Somebody else,C=US"), False),
        (facts(issuer="CN=R10"), False),
        (facts(subject="CN=other.example.com"), False),
        (facts(key="EC P-384"), True),
        (facts(key="RSA 2048"), False),
        (None, False),
    ],
)
def test_subject_and_authority_must_be_the_same(held: CertificateFacts | None, found: bool) -> None:
    one = file("/etc/ssl/a.crt", held)
    assert file_of(LOOK, files(one)) == (one if found else None)
    assert first_of(one) == held


def test_of_several_the_one_named_after_the_host_counts_and_else_none() -> None:
    own, copy = file(f"/etc/gitlab/ssl/{HOST}.crt", facts()), file("/etc/gitlab/ssl/copy.crt", facts())
    assert file_of(LOOK, files(copy, own)) == own
    assert file_of(LOOK, files(copy, file("/srv/b.crt", facts()))) is None
    assert file_of(LOOK, files(copy, copy)) == copy
    certbots = file(f"/etc/letsencrypt/live/{HOST}/fullchain.pem", facts())
    assert file_of(LOOK, files(copy, certbots)) == certbots


def test_the_file_that_holds_the_served_one_itself_is_it() -> None:
    newer, served = file(f"/etc/gitlab/ssl/{HOST}.crt", facts()), file("/etc/edge/x.crt", facts(serial="0A"))
    assert file_of(LOOK, files(newer, served)) == served
    assert file_of(LOOK, files(newer, served, file("/srv/copy.crt", facts(serial="0A")))) == served
    assert holds_it(served, LEAF)
    assert not holds_it(newer, LEAF)
    assert not holds_it(file("/a.crt", None), LEAF)


def test_without_files_or_a_certificate_there_is_none() -> None:
    assert file_of(LOOK, Absent("no host")) is None
    assert file_of(ServedTls("registry", LOOK.endpoint, START), files(file("/a.crt", facts()))) is None
