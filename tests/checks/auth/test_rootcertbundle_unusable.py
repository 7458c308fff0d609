"""Each way in which the bundle of trusted certificates can be of no use has words of its own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from regdoctor.check import Dialect
from regdoctor.checks.auth.rootcertbundle_unusable import rootcertbundle_unusable
from regdoctor.evidence.host_file import FileState

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _contents(given: Given) -> dict[str, bytes]:
    key = given.rsa(1)
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase"))
    return {
        "empty": b" \n",
        "encrypted": encrypted,
        "der": given.certificate(key, Encoding.DER),
        "key": given.key_pem(key),
        "public key": given.public_pem(key),
        "garbage": b"\x00\x01\x02" * 50,
        "page": b"<!DOCTYPE html><html></html>",
        "literal": given.certificate(key).replace(b"\n", b"\\n"),
        "cut": given.certificate(key)[:300],
    }


@pytest.mark.parametrize(
    ("what", "words", "mode"),
    [
        ("empty", "is empty", "AUTH-14"),
        ("encrypted", "an encrypted private key where the certificate belongs", "AUTH-15"),
        ("der", "in DER form; the registry reads PEM alone", "AUTH-14"),
        ("key", "holds a private key where the certificate belongs", "AUTH-15"),
        ("public key", "bare public key", "AUTH-15"),
        ("garbage", "holds no certificate", "AUTH-14"),
        ("page", "holds no certificate (an HTML or XML page)", "AUTH-14"),
        ("literal", "the two characters \\n", "AUTH-14"),
        ("cut", "holds no certificate (line 1:", "AUTH-14"),
    ],
)
def test_each_wrong_content_has_its_own_words(given: Given, what: str, words: str, mode: str) -> None:
    fail = given.fail(rootcertbundle_unusable, files=given.files(_contents(given)[what], None))
    assert words in fail.message
    assert given.crt in fail.message
    assert fail.failure_modes == (mode,)
    assert fail.resource == given.crt
    assert (fail.evidence[0].source, fail.evidence[0].line) == ("/etc/x.yml", 3)


def test_the_words_differ_from_each_other(given: Given) -> None:
    messages = [
        given.fail(rootcertbundle_unusable, files=given.files(data, None)).message for data in _contents(given).values()
    ]
    assert len(set(messages)) == len(messages)


@pytest.mark.parametrize(
    ("state", "words"), [(FileState.MISSING, "does not exist"), (FileState.DIRECTORY, "bind mount")]
)
def test_a_file_that_is_none_is_a_finding(given: Given, state: FileState, words: str) -> None:
    fail = given.fail(rootcertbundle_unusable, files=given.files(given.no_file(given.crt, state), None))
    assert words in fail.message
    assert fail.failure_modes == ("AUTH-14",)
    moved = any("mv" in command for command in fail.remedy[Dialect.OMNIBUS].commands)
    assert moved == (state is FileState.DIRECTORY)


def test_what_only_we_may_not_read_is_unknown(given: Given) -> None:
    bundle = given.no_file(given.crt, FileState.UNREADABLE)
    reason = given.unknown(rootcertbundle_unusable, files=given.files(bundle, None))
    assert "permission denied" in reason
    assert "run as root" in reason


def test_certificates_pass_and_are_counted(given: Given) -> None:
    one, two = given.certificate(given.rsa(1)), given.certificate(given.ec())
    assert given.passes(rootcertbundle_unusable, files=given.files(one, None)).endswith("holds 1 certificate")
    message = given.passes(rootcertbundle_unusable, files=given.files(one + two, None))
    assert message.endswith("holds 2 certificates")


def test_a_key_beside_the_certificate_does_no_harm(given: Given) -> None:
    both = given.key_pem(given.rsa(1)) + given.certificate(given.rsa(1))
    assert given.passes(rootcertbundle_unusable, files=given.files(both, None))


def test_a_broken_certificate_beside_a_good_one_is_not_passed(given: Given) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    reason = given.unknown(rootcertbundle_unusable, files=given.files(given.certificate(given.rsa(1)) + broken, None))
    assert "the CERTIFICATE block cannot be parsed" in reason


def test_a_file_missing_here_while_the_registry_runs_may_be_in_its_container(given: Given) -> None:
    files = given.files(given.no_file(given.crt, FileState.MISSING), None)
    running = given.internal(given.asks(given.inner_url))
    assert "container" in given.unknown(rootcertbundle_unusable, files=files, internal=running)
    down = given.internal(given.refused(given.inner_url))
    given.fail(rootcertbundle_unusable, files=files, internal=down)


def test_wrong_content_is_a_finding_also_while_the_registry_still_runs(given: Given) -> None:
    files = given.files(given.key_pem(given.rsa(1)), None)
    running = given.internal(given.asks(given.inner_url))
    given.fail(rootcertbundle_unusable, files=files, internal=running)


def test_distribution_3_may_take_its_keys_from_jwks_alone(given: Given) -> None:
    config = given.config("version: 0.1\nauth: {token: {rootcertbundle: /crt, jwks: /etc/jwks.json}}")
    assert "auth.token.jwks" in given.unknown(rootcertbundle_unusable, files=given.files(b"", None), config=config)
    missing = given.files(given.no_file(given.crt, FileState.MISSING), None)
    given.fail(rootcertbundle_unusable, files=missing, config=config)


def test_no_bundle_is_no_concern(given: Given) -> None:
    assert "rootcertbundle" in given.skips(rootcertbundle_unusable, files=given.files(None, None))


@pytest.mark.parametrize("path", ["/srv/with space/crt", "/srv/$(touch pwned)/crt", "/srv/it's/crt"])
def test_commands_quote_the_path(given: Given, path: str) -> None:
    files = given.files(given.file(path, given.key_pem(given.rsa(1))), None)
    command = given.fail(rootcertbundle_unusable, files=files).remedy[Dialect.PLAIN].commands[0]
    shown = command.replace("sudo mv", "printf '%s\\n'")
    run = subprocess.run(["bash", "-c", shown], capture_output=True, text=True, timeout=10, check=True)
    assert run.stdout.splitlines() == [path, f"{path}.wrong"]


def test_a_bundle_that_was_not_copied_is_unknown(given: Given) -> None:
    files = given.files(given.no_file(given.crt, FileState.NOT_COPIED, "it was not copied"), None)
    assert given.unknown(rootcertbundle_unusable, files=files) == "it was not copied"
