"""A private key that everyone may read is a finding; certificates, encrypted keys and closed folders are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote
from regdoctor.checks.tls.tls_key_readable_by_all import tls_key_readable_by_all
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.tls_files import TlsFiles
from regdoctor.formats.pem import read_pem

if TYPE_CHECKING:
    from tests.checks.conftest import Given

PATH = "/etc/gitlab/ssl/r.key"


def _told(given: Given, data: bytes, *, mode: int, open_to_all: bool) -> list[Outcome]:
    named, contents = Quote(f"/tree{PATH}", "r.key"), read_pem(data, PATH)
    state, owner = FileState.READABLE, "root:root"
    key = HostFile(named, PATH, state, contents=contents, mode=mode, owner=owner, open_to_all=open_to_all)
    return given.outcomes(tls_key_readable_by_all, files=TlsFiles((), (key,)))


def test_a_key_open_to_all_is_a_finding_with_its_mode(given: Given) -> None:
    (outcome,) = _told(given, given.key_pem(given.rsa()), mode=0o644, open_to_all=True)
    assert isinstance(outcome, Fail)
    assert outcome.evidence == (Quote(f"/tree{PATH}", f"{PATH}: mode 0644, root:root"),)
    assert outcome.remedy[Dialect.PLAIN].commands == (f"sudo chmod 600 '{PATH}'",)


def test_a_key_that_is_closed_by_its_mode_or_its_folder_passes(given: Given) -> None:
    (outcome,) = _told(given, given.key_pem(given.rsa()), mode=0o644, open_to_all=False)
    assert isinstance(outcome, Pass)


def test_a_key_with_a_passphrase_passes(given: Given) -> None:
    data = given.rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase"))
    (outcome,) = _told(given, data, mode=0o644, open_to_all=True)
    assert isinstance(outcome, Pass)


def test_a_certificate_by_the_name_of_a_key_passes(given: Given) -> None:
    (outcome,) = _told(given, given.certificate(given.rsa()), mode=0o644, open_to_all=True)
    assert isinstance(outcome, Pass)


def test_without_keys_it_is_skipped(given: Given) -> None:
    given.skips(tls_key_readable_by_all, files=TlsFiles(()))
