"""Pairs that Go and OpenSSL refuse are findings, as tried on distribution 2.8.2."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Severity, Unknown
from regdoctor.checks.tls.tls_pair_unusable import tls_pair_unusable
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.tls_files import TlsFiles, TlsPair
from regdoctor.formats.pem import read_pem

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _file(name: str, data: bytes) -> HostFile:
    named = Quote("/etc/docker/registry/config.yml", f"http.tls.{name}: /tls/{name}", 4)
    return HostFile(named, f"/tls/{name}", FileState.READABLE, contents=read_pem(data, name))


def _broken(name: str, state: FileState, problem: str) -> HostFile:
    return HostFile(Quote("config.yml", f"http.tls.{name}: /tls/{name}", 4), f"/tls/{name}", state, problem)


def _outcome(given: Given, certificate: HostFile | None, key: HostFile | None, server: str = "registry") -> Outcome:
    return given.outcome(tls_pair_unusable, files=TlsFiles((TlsPair(server, certificate, key),)))


def _fail(given: Given, certificate: HostFile | None, key: HostFile | None, server: str = "registry") -> Fail:
    return given.fail(tls_pair_unusable, files=TlsFiles((TlsPair(server, certificate, key),)))


def test_a_pair_passes_with_its_chain_below(given: Given) -> None:
    chain = given.certificate(given.rsa(1)) + given.certificate(given.rsa(2))
    assert isinstance(_outcome(given, _file("certificate", chain), _file("key", given.key_pem(given.rsa(1)))), Pass)


def test_a_key_of_another_certificate_is_a_finding(given: Given) -> None:
    certificate = _file("certificate", given.certificate(given.rsa(1)))
    fail = _fail(given, certificate, _file("key", given.key_pem(given.rsa(2))))
    assert fail.message == "The registry does not start: /tls/certificate and /tls/key are no pair"
    assert [quote.line for quote in fail.evidence] == [4, 4]
    assert fail.evidence[0].quote != fail.evidence[1].quote


def test_a_chain_that_begins_with_the_authority_is_a_finding(given: Given) -> None:
    chain = given.certificate(given.rsa(2)) + given.certificate(given.rsa(1))
    fail = _fail(given, _file("certificate", chain), _file("key", given.key_pem(given.rsa(1))), "nginx")
    assert fail.message == "nginx does not start: the server's certificate is not the first one in /tls/certificate"
    assert fail.remedy[Dialect.OMNIBUS].commands[-1] == "sudo gitlab-ctl hup nginx"


def test_files_that_were_switched_are_told(given: Given) -> None:
    key = given.key_pem(given.rsa())
    assert "may have been switched" in _fail(given, _file("certificate", key), _file("key", key)).message


def test_a_certificate_in_der_is_a_finding(given: Given) -> None:
    data = given.certificate(given.rsa(), Encoding.DER)
    fail = _fail(given, _file("certificate", data), _file("key", given.key_pem(given.rsa())))
    assert "no certificate in PEM" in fail.message


def test_an_encrypted_key_is_a_finding_for_the_registry_and_unknown_for_nginx(given: Given) -> None:
    secret = given.rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase"))
    certificate, key = _file("certificate", given.certificate(given.rsa())), _file("key", secret)
    assert "is encrypted" in _fail(given, certificate, key).message
    assert isinstance(_outcome(given, certificate, key, "nginx"), Unknown)


def test_a_key_that_is_none_is_a_finding(given: Given) -> None:
    certificate = _file("certificate", given.certificate(given.rsa()))
    assert "holds no private key" in _fail(given, certificate, _file("key", b"text")).message


@pytest.mark.parametrize("broken", ["certificate", "key"])
def test_line_breaks_written_as_two_characters_are_a_finding(given: Given, broken: str) -> None:
    data = {"certificate": given.certificate(given.rsa()), "key": given.key_pem(given.rsa())}
    data[broken] = data[broken].strip().replace(b"\n", b"\\n")
    fail = _fail(given, _file("certificate", data["certificate"]), _file("key", data["key"]))
    assert fail.message.endswith(f"/tls/{broken} has the two characters \\n where its lines should break")


@pytest.mark.parametrize("state", [FileState.MISSING, FileState.EMPTY, FileState.DIRECTORY])
def test_what_is_no_file_with_content_is_a_finding(given: Given, state: FileState) -> None:
    key = _broken("key", state, "/tls/key is not what it should be")
    fail = _fail(given, _file("certificate", given.certificate(given.rsa())), key)
    assert (fail.resource, fail.evidence) == ("/tls/key", (key.named_by,))


def test_a_path_without_its_folder_may_be_a_containers(given: Given) -> None:
    missing = _broken("key", FileState.MISSING, "/certs/key does not exist")
    certificate = _file("certificate", given.certificate(given.rsa()))
    outcome = _outcome(given, certificate, replace(missing, folder_there=False))
    assert isinstance(outcome, Unknown)
    assert "container" in outcome.reason


def test_what_regdoctor_may_not_read_is_unknown(given: Given) -> None:
    key = _broken("key", FileState.UNREADABLE, "/tls/key: permission denied")
    assert _outcome(given, _file("certificate", given.certificate(given.rsa())), key) == Unknown(key.problem)


def test_a_certificate_without_a_key_stops_the_registry_and_a_key_alone_leaves_it_without_tls(given: Given) -> None:
    file = _file("certificate", given.certificate(given.rsa()))
    assert "without http.tls.key" in _fail(given, file, None).message
    alone = _fail(given, None, file)
    assert alone.message == "http.tls.key is set without http.tls.certificate: the registry serves plain HTTP"
    assert alone.severity is Severity.WARNING


def test_a_host_without_pairs_passes(given: Given) -> None:
    given.passes(tls_pair_unusable, files=TlsFiles(()))
