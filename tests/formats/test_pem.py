"""Certificate and key files: the right facts, whatever format, and never the key itself."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st

from regdoctor import redaction
from regdoctor.formats.pem import PemKind, read_pem
from regdoctor.redaction import Secret


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with registry.key and registry.crt, made as GitLab's documentation says, with openssl."""
    folder = tmp_path_factory.mktemp("pair")
    command = "req -new -newkey rsa:2048 -nodes -x509 -days 30 -subj /CN=gitlab-issuer"
    files = ("-keyout", "registry.key", "-out", "registry.crt")
    subprocess.run(["openssl", *command.split(), *files], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def key(pair: Path) -> RSAPrivateKey:
    loaded = load_pem_private_key((pair / "registry.key").read_bytes(), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def test_a_pair_is_recognised_by_its_facts(pair: Path) -> None:
    bundle = read_pem(_bytes(pair / "registry.crt"), "registry.crt")
    signer = read_pem(_bytes(pair / "registry.key"), "registry.key")
    (certificate,), (private,) = bundle.certificates, signer.private_keys
    assert (bundle.kind, signer.kind) == (PemKind.PEM, PemKind.PEM)
    assert certificate.key == private
    assert (certificate.subject, certificate.line, private.algorithm) == ("CN=gitlab-issuer", 1, "RSA 2048")
    assert certificate.not_before < datetime.now(UTC) < certificate.not_after
    assert bundle.problems == signer.problems == bundle.other_blocks == ()
    assert signer.private_key_pem == Secret(_bytes(pair / "registry.key").decode(), "x")
    assert bundle.private_key_pem is None


@pytest.mark.parametrize(("command", "file"), [("x509", "registry.crt"), ("rsa", "registry.key")])
def test_the_modulus_is_hashed_as_people_do_it_with_openssl(pair: Path, command: str, file: str) -> None:
    line = f"openssl {command} -noout -modulus -in {file} | openssl sha256"
    shown = subprocess.run(["sh", "-c", line], cwd=pair, check=True, capture_output=True, timeout=60).stdout.decode()
    contents = read_pem(_bytes(pair / file), file)
    keys = contents.private_keys or tuple(certificate.key for certificate in contents.certificates)
    assert shown.split()[-1] == keys[0].modulus_sha256


def test_no_text_of_the_contents_shows_the_key_and_it_is_wiped_elsewhere(pair: Path) -> None:
    text = _bytes(pair / "registry.key").decode()
    contents = read_pem(text.encode(), "registry.key")
    for line in text.splitlines()[1:-1]:
        assert line not in f"{contents} {contents!r}"
        assert line not in redaction.redact(f"x {line} x")
        assert line not in redaction.redact(text.replace("\n", "\\n"))


def test_a_bundle_gives_every_block_with_its_line(pair: Path, key: RSAPrivateKey) -> None:
    certificate = _bytes(pair / "registry.crt")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pkcs1 = key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    parameters = b"-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n"
    broken = b"-----BEGIN CERTIFICATE-----\nMAYCAQUCAQI=\n-----END CERTIFICATE-----\n"
    contents = read_pem(certificate + public + certificate + parameters + pkcs1 + broken, "f")
    lines = certificate.count(b"\n") + public.count(b"\n") + 1
    assert [found.line for found in contents.certificates] == [1, lines]
    assert contents.public_keys == 2
    assert contents.other_blocks == ("DH PARAMETERS",)
    before = (certificate * 2 + public + parameters + pkcs1).count(b"\n")
    (problem,) = contents.problems
    assert problem.startswith(f"line {before + 1}: the CERTIFICATE")


def test_a_key_only_file_has_no_certificates(key: RSAPrivateKey) -> None:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    contents = read_pem(public, "f")
    assert (contents.certificates, contents.private_keys, contents.public_keys) == ((), (), 1)


def test_literal_newlines_are_flagged_and_the_facts_are_those_of_the_key(pair: Path) -> None:
    text = _bytes(pair / "registry.key").decode()
    contents = read_pem(text.replace("\n", "\\n").encode(), "f")
    assert contents.literal_newlines
    assert contents.private_keys == read_pem(text.encode(), "f").private_keys
    assert contents.private_key_pem == Secret(text, "x")
    assert not read_pem(text.encode(), "f").literal_newlines


@pytest.mark.parametrize("style", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_an_encrypted_key_says_so_and_gives_no_facts(key: RSAPrivateKey, style: PrivateFormat) -> None:
    data = key.private_bytes(Encoding.PEM, style, BestAvailableEncryption(b"hunter2"))
    contents = read_pem(data, "f")
    assert contents.encrypted
    assert (contents.private_keys, contents.private_key_pem, contents.problems) == ((), None, ())


def test_a_certificate_in_der_is_told(pair: Path, tmp_path: Path) -> None:
    out = tmp_path / "registry.der"
    command = ["openssl", "x509", "-in", str(pair / "registry.crt"), "-outform", "DER", "-out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    contents = read_pem(_bytes(out), "f")
    assert contents.kind is PemKind.DER_CERTIFICATE
    assert contents.certificates[0].line is None
    assert contents.certificates[0].serial == read_pem(_bytes(pair / "registry.crt"), "f").certificates[0].serial


def test_a_key_in_der_is_told_and_kept_as_pem(key: RSAPrivateKey) -> None:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    contents = read_pem(der, "f")
    assert contents.kind is PemKind.DER_KEY
    assert contents.private_keys[0].algorithm == "RSA 2048"
    assert contents.private_key_pem is not None
    assert contents.private_key_pem.reveal().startswith("-----BEGIN PRIVATE KEY-----")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert (read_pem(public, "f").kind, read_pem(public, "f").public_keys) == (PemKind.DER_KEY, 1)
    locked = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"hunter2"))
    assert (read_pem(locked, "f").kind, read_pem(locked, "f").encrypted) == (PemKind.DER_KEY, True)


def test_a_key_of_openssh_is_told(key: RSAPrivateKey) -> None:
    contents = read_pem(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), "f")
    assert contents.kind is PemKind.OPENSSH_KEY
    assert contents.private_keys[0].spki_sha256 == _spki(key)
    assert contents.private_key_pem is None


def _spki(key: RSAPrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def test_a_pkcs12_container_is_told(key: RSAPrivateKey) -> None:
    data = serialize_key_and_certificates(b"x", key, None, None, BestAvailableEncryption(b"hunter2"))
    assert read_pem(data, "f").kind is PemKind.PKCS12


@pytest.mark.parametrize(
    ("data", "kind", "hint"),
    [
        (b"", PemKind.EMPTY, ""),
        (b" \n\r\n", PemKind.EMPTY, ""),
        (b"<!DOCTYPE html>\n<html>", PemKind.TEXT, "an HTML or XML page"),
        (b'{"keys": []}', PemKind.TEXT, "JSON"),
        (b"/etc/gitlab/ssl/registry.crt\n", PemKind.TEXT, "the path of a file"),
        (b"ssh-ed25519 AAAAC3Nza root@host", PemKind.TEXT, "a public key in OpenSSH's format"),
        (base64.b64encode(b"0" * 200), PemKind.TEXT, "base64 without its BEGIN and END lines"),
        (b"planted secret", PemKind.TEXT, "text"),
        (
            "-----BEGIN CERTIFICATE-----".encode("utf-16"),
            PemKind.TEXT,
            "UTF-16 text; PEM has one byte a character",
        ),
        (b"\x7fELF\x02\x01\x01\0", PemKind.BINARY, ""),
        (b"\x30\x82\x04\x00garbage\0", PemKind.BINARY, ""),
    ],
)
def test_what_is_neither_certificate_nor_key_is_told_without_quoting_it(data: bytes, kind: PemKind, hint: str) -> None:
    contents = read_pem(data, "f")
    assert (contents.kind, contents.hint) == (kind, hint)
    assert "planted" not in repr(contents)


def test_a_key_that_does_not_parse_is_a_problem_and_does_not_show() -> None:
    body = base64.b64encode(b"planted-body" * 10).decode()
    contents = read_pem(f"\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n".encode(), "f")
    (problem,) = contents.problems
    assert problem.startswith("line 2: the RSA PRIVATE KEY block cannot be parsed: ")
    assert body not in repr(contents)
    assert body not in redaction.redact(body)


_LABELS = st.sampled_from(["CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "PUBLIC KEY", "OPENSSH PRIVATE KEY", "X"])


@given(_LABELS, st.binary(max_size=120), st.booleans())
def test_any_bytes_in_any_block_are_contents(label: str, der: bytes, literal: bool) -> None:
    text = f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----\n"
    read_pem((text.replace("\n", "\\n") if literal else text).encode(), "f")
    read_pem(b"\x30" + der, "f")


@given(st.binary())
def test_any_bytes_are_contents(data: bytes) -> None:
    contents = read_pem(data, "f")
    assert (contents.kind is PemKind.EMPTY) == (not data.strip())
