"""A KMS key needs encrypt: true beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_key_id_without_encrypt import s3_key_id_without_encrypt
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


@pytest.mark.parametrize("more", ["", ", encrypt: false", ", encrypt: 'false'"])
def test_a_key_without_encryption_is_ignored(given: Given, more: str) -> None:
    fail = given.fail(s3_key_id_without_encrypt, config=given.storage(f"bucket: b, keyid: 'arn:aws:kms:x'{more}"))

    assert "ignored" in fail.message
    assert fail.resource == "storage.s3.encrypt"
    assert fail.remedy[Dialect.PLAIN].commands == ("storage:\n  s3:\n    encrypt: true",)
    assert len(fail.evidence) == (2 if more else 1)


@pytest.mark.parametrize(
    "text", ["encrypt: true, keyid: k", "encrypt: 'true', keyid: k", "encrypt: false", "keyid: ''"]
)
def test_a_key_that_is_used_and_no_key_are_fine(given: Given, text: str) -> None:
    given.passes(s3_key_id_without_encrypt, config=given.storage(text))


def test_other_storage_has_no_keys(given: Given) -> None:
    given.skips(s3_key_id_without_encrypt, config=given.storage("container: c", "azure"))


def test_what_the_file_says_is_not_known_where_only_the_environment_is_seen(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variables = [
        ("REGISTRY_STORAGE", "s3", place),
        *((f"REGISTRY_STORAGE_S3_{name}", value, place) for name, value in [("KEYID", "k")]),
    ]
    config = parse_registry_config(b"{}", "config.yml", variables)

    given.skips(s3_key_id_without_encrypt, config=config)
