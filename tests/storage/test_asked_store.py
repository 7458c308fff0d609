"""Whose store it is, with whose keys it is asked, and why it is not, is said once and without secrets."""

from __future__ import annotations

import pytest

from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.storage.asked_store import address, plainly, whose_keys, why_not_asked


def config(storage: str) -> RegistryConfig:
    return parse_registry_config(f"version: 0.1\nstorage: {storage}\n".encode(), "a.yml")


@pytest.mark.parametrize(
    ("storage", "url", "keys"),
    [
        ("{s3: {bucket: b, region: eu-west-1, accesskey: a}}", "https://b.s3.eu-west-1.amazonaws.com", True),
        ("{s3: {bucket: b, region: eu-west-1}}", "https://b.s3.eu-west-1.amazonaws.com", False),
        ("{azure: {accountname: a, accountkey: k, container: c}}", "https://a.blob.core.windows.net/c", True),
        ("{gcs: {bucket: b, keyfile: /k.json}}", "https://storage.googleapis.com", True),
        ("{s3: {region: r}}", "the registry's storage", False),
    ],
)
def test_the_address_and_the_keys_are_named(storage: str, url: str, keys: bool) -> None:
    found = config(storage)
    assert address(found) == url
    assert whose_keys(found).startswith("the keys of a.yml" if keys else "what credentials this host has")


def test_what_was_not_asked_is_not_said_twice() -> None:
    assert plainly("the bucket was not asked: the role x gives no keys") == "the role x gives no keys"
    copy = Absent("the files are a copy: the object store that they name was not asked", applicable=False)
    assert "not asked" not in why_not_asked(config("{s3: {bucket: b}}"), copy)
    assert why_not_asked(config("{swift: {container: c}}"), copy).startswith("the registry stores in swift; S3, Azure")
