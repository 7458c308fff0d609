"""A green report says something of the storage only where its check is on."""

from __future__ import annotations

import pytest

from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.formats.storage_health import checks_its_storage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("health: {storagedriver: {enabled: true}}", True),
        ("health: {storagedriver: {enabled: false}}", False),
        ("health: {storagedriver: {interval: 1s}}", False),
        ("version: 0.1", False),
    ],
)
def test_it_is_off_unless_it_is_switched_on(text: str, expected: bool) -> None:
    assert checks_its_storage(parse_registry_config(text.encode(), "config.yml")) is expected
