"""gitlab-secrets.json is compared with what is in use, and blamed only where the next reconfigure would do harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from regdoctor.checks.auth.registry_secrets_differ import registry_secrets_differ
from regdoctor.evidence.host_file import FileState
from regdoctor.formats.gitlab_secrets import GitLabSecrets, parse_gitlab_secrets

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SOURCE = "/etc/gitlab/gitlab-secrets.json"


def _secrets(key: bytes, certificate: bytes) -> GitLabSecrets:
    section = {"http_secret": "0" * 64, "internal_certificate": certificate.decode(), "internal_key": key.decode()}
    return parse_gitlab_secrets(json.dumps({"registry": section}, indent=2).encode(), SOURCE)


def _pair(given: Given, number: int) -> GitLabSecrets:
    return _secrets(given.key_pem(given.rsa(number)), given.certificate(given.rsa(number)))


def test_another_pair_than_the_one_in_use_is_a_finding(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(1)))
    fail = given.fail(registry_secrets_differ, secrets=_pair(given, 2), files=files)
    assert "the next reconfigure swaps it" in fail.message
    assert [(quote.source, quote.line) for quote in fail.evidence] == [
        (SOURCE, 5),
        (given.key_path, 1),
        (given.crt, 1),
    ]
    assert fail.resource == SOURCE


def test_the_pair_in_use_passes(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(1)))
    assert "is the one in use" in given.passes(registry_secrets_differ, secrets=_pair(given, 1), files=files)


def test_a_bundle_of_several_counts_as_in_use_where_one_matches(given: Given) -> None:
    bundle = given.certificate(given.rsa(2)) + given.certificate(given.rsa(1))
    files = given.files(bundle, given.key_pem(given.rsa(1)))
    assert given.passes(registry_secrets_differ, secrets=_pair(given, 1), files=files)


def test_one_stale_half_is_the_other_checks_finding(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(2)), given.key_pem(given.rsa(1)))
    message = given.passes(registry_secrets_differ, secrets=_pair(given, 1), files=files)
    assert "the next reconfigure writes the right one" in message


def test_one_half_in_use_that_differs_is_a_finding(given: Given) -> None:
    alone = given.files(None, given.key_pem(given.rsa(1)))
    given.fail(registry_secrets_differ, secrets=_pair(given, 2), files=alone)
    alone = given.files(given.certificate(given.rsa(1)), None)
    given.fail(registry_secrets_differ, secrets=_pair(given, 2), files=alone)


def test_secrets_that_are_no_pair_are_a_finding(given: Given) -> None:
    secrets = _secrets(given.key_pem(given.rsa(1)), given.certificate(given.rsa(2)))
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(1)))
    fail = given.fail(registry_secrets_differ, secrets=secrets, files=files)
    assert "are no pair" in fail.message
    assert [quote.line for quote in fail.evidence] == [5, 4]


def test_a_key_of_ones_own_for_a_registry_elsewhere_is_healthy(given: Given) -> None:
    # registry['internal_key'] in gitlab.rb, the certificate made up by Omnibus, which nobody uses here.
    secrets = _secrets(given.key_pem(given.rsa(1)), given.certificate(given.rsa(2)))
    assert given.passes(registry_secrets_differ, secrets=secrets, files=given.files(None, given.key_pem(given.rsa(1))))


def test_a_bundle_of_ones_own_is_not_written_by_reconfigure(given: Given) -> None:
    secrets = _secrets(given.key_pem(given.rsa(1)), given.certificate(given.rsa(2)))
    bundle = given.file("/etc/ssl/own.crt", given.certificate(given.rsa(1)))
    assert given.passes(
        registry_secrets_differ, secrets=secrets, files=given.files(bundle, given.key_pem(given.rsa(1)))
    )


def test_secrets_that_are_not_pem_are_a_finding(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(1)))
    broken = _secrets(b"none", given.certificate(given.rsa(1)))
    assert "internal_key" in given.fail(registry_secrets_differ, secrets=broken, files=files).message
    broken = _secrets(given.key_pem(given.rsa(1)), b"none")
    assert "internal_certificate" in given.fail(registry_secrets_differ, secrets=broken, files=files).message


def test_without_the_section_there_is_nothing_to_compare(given: Given) -> None:
    files = given.files(given.certificate(given.rsa(1)), given.key_pem(given.rsa(1)))
    given.skips(registry_secrets_differ, secrets=GitLabSecrets(SOURCE), files=files)


def test_without_a_readable_half_it_is_unknown(given: Given) -> None:
    files = given.files(
        given.no_file(given.crt, FileState.MISSING), given.no_file(given.key_path, FileState.UNREADABLE)
    )
    given.unknown(registry_secrets_differ, secrets=_pair(given, 1), files=files)
