"""Names and keys of Azure: what cannot be one is found, what can be is not."""

from __future__ import annotations

import base64

import pytest

from regdoctor.checks.storage.azure_account_malformed import azure_account_malformed
from tests.checks.conftest import Given

KEY = base64.b64encode(b"k" * 64).decode()


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("accountname: Images", "accountname"),
        ("accountname: 'https://images.blob.core.windows.net'", "accountname"),
        ("accountname: images, container: My_Container", "container"),
        ("accountname: images, container: a--b", "container"),
        ("accountname: images, realm: 'https://core.windows.net'", "realm"),
        ("accountname: images, realm: blob.core.windows.net", "realm"),
        (f"accountname: images, accountkey: '{KEY[:-1]}'", "accountkey"),
        (f"accountname: images, accountkey: '{base64.b64encode(KEY.encode()).decode()}'", "accountkey"),
    ],
)
def test_what_cannot_be_one_is_found(given: Given, text: str, resource: str) -> None:
    fail = given.fail(azure_account_malformed, config=given.storage(text, "azure"))
    assert fail.resource == f"storage.azure.{resource}"
    assert KEY[:20] not in repr(fail)


@pytest.mark.parametrize(
    "text",
    [
        f"accountname: images, container: registry-1, accountkey: '{KEY}'",
        "accountname: images, container: registry, realm: core.usgovcloudapi.net",
        "accountname: images, container: registry, credentials: {type: default_credentials}",
        "accountname: local, container: registry, accountkey: QUFB, serviceurl: 'http://azurite:10000/local'",
    ],
)
def test_what_can_be_one_is_not(given: Given, text: str) -> None:
    given.passes(azure_account_malformed, config=given.storage(text, "azure"))


def test_another_storage_is_passed_over(given: Given) -> None:
    given.skips(azure_account_malformed, config=given.storage("bucket: b"))
