"""A key that the registry cannot use is a finding; what cannot be seen from here is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Quote
from regdoctor.checks.storage.gcs_key_unusable import gcs_key_unusable
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.host_file import FileState
from regdoctor.formats.google_key import GoogleKey, KeyFault

if TYPE_CHECKING:
    from tests.checks.conftest import Given

SAID = Quote("/etc/docker/registry/config.yml", "keyfile: /etc/gcs.json", 5)
GOOD = GoogleKey("service_account", "a@p.iam.gserviceaccount.com")


def _key(
    source: KeySource = KeySource.KEYFILE,
    state: FileState = FileState.READABLE,
    problem: str = "",
    key: GoogleKey = GOOD,
) -> GcsKey:
    path = "/etc/gcs.json" if source in (KeySource.KEYFILE, KeySource.VARIABLE) else ""
    return GcsKey(source, SAID, path, state, problem, key)


@pytest.mark.parametrize("source", list(KeySource))
def test_a_service_account_passes_wherever_it_is_named(given: Given, source: KeySource) -> None:
    assert given.passes(gcs_key_unusable, key=_key(source))


@pytest.mark.parametrize("state", [FileState.MISSING, FileState.DIRECTORY, FileState.EMPTY, FileState.UNREADABLE])
def test_a_file_that_cannot_be_read(given: Given, state: FileState) -> None:
    fail = given.fail(gcs_key_unusable, key=_key(state=state, problem=f"/etc/gcs.json is {state.value}"))

    assert fail.message == f"/etc/gcs.json is {state.value}: the registry does not start"


def test_what_only_root_may_read_is_unknown(given: Given) -> None:
    key = _key(state=FileState.UNREADABLE, problem="/etc/gcs.json: permission denied")

    assert "run as root" in given.unknown(gcs_key_unusable, key=key)


def test_a_copy_without_the_key_is_unknown(given: Given) -> None:
    assert given.unknown(gcs_key_unusable, key=_key(state=FileState.NOT_COPIED, problem="it is not in this copy"))


@pytest.mark.parametrize("fault", list(KeyFault))
def test_each_fault_says_when_it_shows(given: Given, fault: KeyFault) -> None:
    fail = given.fail(gcs_key_unusable, key=_key(key=GoogleKey("external_account", fault=fault)))

    assert fault.value in fail.message
    assert ("does not start" in fail.message) == fault.at_start


def test_the_variable_may_name_other_types(given: Given) -> None:
    key = GoogleKey("external_account", fault=KeyFault.OTHER_TYPE)

    assert given.passes(gcs_key_unusable, key=_key(KeySource.VARIABLE, key=key))


def test_credentials_in_the_configuration_are_mended_there(given: Given) -> None:
    fail = given.fail(gcs_key_unusable, key=_key(KeySource.CREDENTIALS, key=GoogleKey(fault=KeyFault.NO_TYPE)))

    assert fail.resource == "storage.gcs.credentials"
    assert all("below storage.gcs.credentials" in remedy.text for remedy in fail.remedy.values())
