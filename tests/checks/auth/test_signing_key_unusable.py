"""Each way in which GitLab cannot use its signing key has words of its own, and only those are findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Dialect
from regdoctor.checks.auth.signing_key_unusable import signing_key_unusable
from regdoctor.evidence.host_file import FileState

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _contents(given: Given) -> dict[str, bytes]:
    key = given.rsa(1)
    secret = BestAvailableEncryption(b"passphrase")
    return {
        "empty": b"\n",
        "encrypted": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret),
        "old encryption": key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, secret),
        "openssh": key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        "certificate": given.certificate(key),
        "der certificate": given.certificate(key, Encoding.DER),
        "public key": given.public_pem(key),
        "literal": given.key_pem(key).replace(b"\n", b"\\n"),
        "garbage": b"\x00\x01\x02" * 50,
        "path": b"/etc/gitlab/registry.key\n",
        "ec": given.key_pem(given.ec()),
        "ed25519": given.key_pem(given.ed25519()),
    }


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("empty", "is empty"),
        ("encrypted", "encrypted with a passphrase"),
        ("old encryption", "encrypted with a passphrase"),
        ("openssh", "OpenSSH's own format"),
        ("certificate", "holds a certificate where the private key belongs"),
        ("der certificate", "holds a certificate where the private key belongs"),
        ("public key", "holds a bare public key where the private key belongs"),
        ("literal", "the two characters \\n where its lines should break"),
        ("garbage", "holds no private key"),
        ("path", "holds no private key (the path of a file)"),
        ("ec", "EC P-256; GitLab signs with RSA alone"),
        ("ed25519", "Ed25519; GitLab signs with RSA alone"),
    ],
)
def test_each_wrong_content_has_its_own_words(given: Given, what: str, words: str) -> None:
    fail = given.fail(signing_key_unusable, files=given.files(None, _contents(given)[what]))
    assert words in fail.message
    assert fail.failure_modes == ("GL-01",)
    assert fail.resource == given.key_path


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_an_rsa_key_passes_in_every_form_that_ruby_reads(given: Given, form: PrivateFormat, encoding: Encoding) -> None:
    data = given.rsa(1).private_bytes(encoding, form, NoEncryption())
    assert "RSA 2048" in given.passes(signing_key_unusable, files=given.files(None, data))


@pytest.mark.parametrize(
    ("state", "words"), [(FileState.MISSING, "does not exist"), (FileState.DIRECTORY, "is a directory")]
)
def test_a_file_that_is_none_is_a_finding(given: Given, state: FileState, words: str) -> None:
    fail = given.fail(signing_key_unusable, files=given.files(None, given.no_file(given.key_path, state)))
    assert words in fail.message
    assert fail.failure_modes == ("GL-01",)
    moved = any("mv" in command for command in fail.remedy[Dialect.OMNIBUS].commands)
    assert moved == (state is FileState.DIRECTORY)


def test_what_git_may_not_read_is_a_finding_whoever_looks(given: Given) -> None:
    whole = given.file(given.key_path, given.key_pem(given.rsa(1)))
    closed = replace(whole, readable_by_git=False, owner="root:root")
    fail = given.fail(signing_key_unusable, files=given.files(None, closed))
    assert "git cannot read" in fail.message
    assert "mode 0600, owner root:root" in fail.message
    assert fail.failure_modes == ("GL-02",)
    unseen = replace(closed, state=FileState.UNREADABLE, contents=None, problem="permission denied")
    assert given.fail(signing_key_unusable, files=given.files(None, unseen)).failure_modes == ("GL-02",)


def test_what_only_we_may_not_read_is_unknown(given: Given) -> None:
    key = replace(given.no_file(given.key_path, FileState.UNREADABLE), readable_by_git=True)
    reason = given.unknown(signing_key_unusable, files=given.files(None, key))
    assert "run as root" in reason
    given.unknown(signing_key_unusable, files=given.files(None, replace(key, readable_by_git=None)))


def test_a_host_without_a_user_git_is_judged_by_the_content(given: Given) -> None:
    key = replace(given.file(given.key_path, given.key_pem(given.rsa(1))), readable_by_git=None)
    assert given.passes(signing_key_unusable, files=given.files(None, key))


def test_a_gitlab_whose_registry_is_off_needs_no_key(given: Given) -> None:
    missing = given.files(None, given.no_file(given.key_path, FileState.MISSING))
    off = given.gitlab("production: {registry: {enabled: false, key: /k}}")
    assert "switched off" in given.skips(signing_key_unusable, files=missing, gitlab=off)
    on = given.gitlab("production: {registry: {enabled: true, key: /k}}")
    given.fail(signing_key_unusable, files=missing, gitlab=on)


def test_no_key_is_no_concern(given: Given) -> None:
    given.skips(signing_key_unusable, files=given.files(given.certificate(given.rsa(1)), None))


def test_a_key_that_was_not_copied_is_unknown(given: Given) -> None:
    files = given.files(None, given.no_file(given.key_path, FileState.NOT_COPIED, "it was not copied"))
    assert given.unknown(signing_key_unusable, files=files) == "it was not copied"
