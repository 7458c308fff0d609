"""Which keys a registry gets no token with."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.host_file import FileState
from regdoctor.formats.google_key import GoogleKey, KeyFault

SAID = Quote("config.yml", "keyfile: /key.json", 4)
USER = GoogleKey("authorized_user", fault=KeyFault.OTHER_TYPE)


@pytest.mark.parametrize(
    ("source", "is_usable"), [(KeySource.KEYFILE, False), (KeySource.CREDENTIALS, False), (KeySource.VARIABLE, True)]
)
def test_only_the_settings_want_service_accounts(source: KeySource, is_usable: bool) -> None:
    assert (not GcsKey(source, SAID, "/key.json", key=USER).unusable) == is_usable


def test_a_file_without_a_type_is_unusable_wherever_it_is_named() -> None:
    key = GoogleKey(fault=KeyFault.NOT_JSON)

    assert GcsKey(KeySource.VARIABLE, SAID, "/key.json", key=key).unusable == "/key.json is no JSON object"


def test_a_file_that_is_not_there() -> None:
    key = GcsKey(KeySource.KEYFILE, SAID, "/key.json", FileState.MISSING, "/key.json does not exist")

    assert key.unusable == "/key.json does not exist"
