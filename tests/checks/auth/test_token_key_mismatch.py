"""The signing key and the trusted certificates are compared by their public halves, whatever their kind."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat

from regdoctor.check import Dialect
from regdoctor.checks.auth.token_key_mismatch import token_key_mismatch
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.signer import SignerFiles

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_another_key_is_a_finding_with_both_key_ids(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(2)))
    fail = given.fail(token_key_mismatch, files=files)
    ids = {
        quote.quote.rpartition(": ")[2] for quote in fail.evidence if "key ID as the registry logs it" in quote.quote
    }
    assert len(ids) == 2
    assert all(len(one) == 59 and one.count(":") == 11 for one in ids)
    assert fail.resource == given.crt
    assert [(quote.source, quote.line) for quote in fail.evidence if "key ID" in quote.quote] == [
        (given.key_path, 1),
        (given.crt, 1),
    ]


@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
def test_a_pair_passes_whatever_its_kind(given: Given, kind: str) -> None:
    key = getattr(given, kind)()
    assert given.passes(token_key_mismatch, files=given.files(given.certificate(key), given.key_pem(key)))


@pytest.mark.parametrize("kind", ["ec", "ed25519"])
def test_keys_without_a_modulus_are_told_apart_by_their_public_key(given: Given, kind: str) -> None:
    make = getattr(given, kind)
    fail = given.fail(token_key_mismatch, files=given.files(given.certificate(make()), given.key_pem(make())))
    assert sum("SHA-256 of the public key" in quote.quote for quote in fail.evidence) == 2
    assert not any("modulus" in quote.quote for quote in fail.evidence)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_matching_certificate_of_a_bundle_is_enough(given: Given, at: int) -> None:
    others = [given.certificate(given.rsa(2)), given.certificate(given.ec())]
    others.insert(at, given.certificate(given.rsa(1)))
    assert given.passes(token_key_mismatch, files=given.files(b"".join(others), given.key_pem(given.rsa(1))))


def test_every_certificate_of_a_bundle_is_shown_with_its_line(given: Given) -> None:
    first = given.certificate(given.rsa(2))
    files = given.files(first + given.certificate(given.ec()), given.key_pem(given.rsa(1)))
    fail = given.fail(token_key_mismatch, files=files)
    lines = {quote.line for quote in fail.evidence if quote.source == given.crt}
    assert lines == {1, first.count(b"\n") + 1}


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_the_hashes_are_those_that_openssl_prints(given: Given, tmp_path: Path, form: PrivateFormat) -> None:
    certificate, key = given.certificate(given.rsa(1)), given.key_pem(given.rsa(2), form)
    crt_file, key_file = tmp_path / "registry.crt", tmp_path / "registry.key"
    crt_file.write_bytes(certificate)
    key_file.write_bytes(key)
    files = SignerFiles(given.file(str(crt_file), certificate), given.file(str(key_file), key))
    fail = given.fail(token_key_mismatch, files=files)
    shown = [quote.quote.rpartition(": ") for quote in fail.evidence if quote.quote.startswith("openssl ")]
    assert len(shown) == 2
    for command, _, digest in shown:
        run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True)
        assert run.stdout.split()[-1] == digest


def test_the_plain_remedy_makes_a_pair_of_the_two(given: Given, tmp_path: Path) -> None:
    key = given.key_pem(given.rsa(2))
    crt_file, key_file = tmp_path / "with space.crt", tmp_path / "with space.key"
    crt_file.write_bytes(given.certificate(given.rsa(1)))
    key_file.write_bytes(key)
    files = SignerFiles(given.file(str(crt_file), crt_file.read_bytes()), given.file(str(key_file), key))
    make = given.fail(token_key_mismatch, files=files).remedy[Dialect.PLAIN].commands[0]
    command = make.removeprefix("sudo ")
    subprocess.run(["bash", "-c", command], capture_output=True, timeout=30, check=True)
    healed = SignerFiles(given.file(str(crt_file), crt_file.read_bytes()), files.key)
    assert given.passes(token_key_mismatch, files=healed)


def test_the_omnibus_remedy_keeps_what_it_replaces(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(2)))
    commands = given.fail(token_key_mismatch, files=files).remedy[Dialect.OMNIBUS].commands
    assert not any("rm " in command for command in commands)
    assert commands[-2:] == ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry")


def test_one_half_alone_cannot_be_compared(given: Given) -> None:
    reason = given.skips(token_key_mismatch, files=given.files(given.certificate(given.rsa(1)), None))
    assert "only one half" in reason
    given.skips(token_key_mismatch, files=given.files(None, given.key_pem(given.rsa(1))))


@pytest.mark.parametrize("state", [FileState.MISSING, FileState.DIRECTORY, FileState.UNREADABLE])
def test_a_half_that_cannot_be_read_leaves_it_unknown_and_is_named(given: Given, state: FileState) -> None:
    whole = given.key_pem(given.rsa(1))
    bundle = given.no_file(given.crt, state)
    assert given.crt in given.unknown(token_key_mismatch, files=given.files(bundle, whole))
    key = given.no_file(given.key_path, state)
    assert given.key_path in given.unknown(token_key_mismatch, files=given.files(given.certificate(given.rsa(1)), key))


def test_a_bundle_without_a_certificate_is_left_to_its_own_check(given: Given) -> None:
    files = given.files(given.public_pem(given.rsa(1)), given.key_pem(given.rsa(1)))
    assert "nothing that could be compared" in given.unknown(token_key_mismatch, files=files)


def test_keys_of_a_jwks_file_may_be_trusted_besides(given: Given) -> None:
    config = given.config("version: 0.1\nauth: {token: {rootcertbundle: /crt, jwks: /etc/jwks.json}}")
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(2)))
    assert "/etc/jwks.json" in given.unknown(token_key_mismatch, files=files, config=config)
    pair = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(1)))
    assert given.passes(token_key_mismatch, files=pair, config=config)
