"""Images under the other form of the root are found where the registry's own form is known and empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.azure_blobs_under_other_root import azure_blobs_under_other_root
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.azure_access import AzureAccess
from tests.checks.conftest import Given
from tests.checks.storage.azure_answers import EMPTY, FULL, access, answer

TEXT = "accountname: images, container: registry"


def found(body: bytes, *, legacy: bool | None = False, inside: bool | None = False) -> AzureAccess:
    return replace(access(legacy=legacy, inside=inside), other_root=answer(AzureOperation.LIST, body=body))


@pytest.mark.parametrize(
    ("more", "legacy", "line"),
    [
        ("", False, "trimlegacyrootprefix: false"),
        (", trimlegacyrootprefix: false", True, "trimlegacyrootprefix: true"),
        (", legacyrootprefix: true", True, "legacyrootprefix: false"),
    ],
)
def test_the_switch_is_turned(given: Given, more: str, legacy: bool, line: str) -> None:
    config, product = given.storage(TEXT + more, "azure"), given.product(Generation.GITLAB)
    fail = given.fail(azure_blobs_under_other_root, access=found(FULL, legacy=legacy), config=config, product=product)
    assert line in fail.remedy[Dialect.PLAIN].commands[0]


def test_distribution_has_no_switch(given: Given) -> None:
    config, product = given.storage(TEXT, "azure"), given.product(Generation.DISTRIBUTION_3)
    fail = given.fail(azure_blobs_under_other_root, access=found(FULL), config=config, product=product)
    assert "no switch" in fail.remedy[Dialect.PLAIN].text


def test_nothing_in_either_form_is_a_new_registry(given: Given) -> None:
    given.passes(azure_blobs_under_other_root, access=found(EMPTY), config=given.storage(TEXT, "azure"))


@pytest.mark.parametrize(
    ("told", "words"),
    [(found(FULL, legacy=None), "depends on its version"), (found(FULL, inside=None), "was refused")],
)
def test_what_is_not_known_is_not_blamed(given: Given, told: AzureAccess, words: str) -> None:
    assert words in given.unknown(azure_blobs_under_other_root, access=told, config=given.storage(TEXT, "azure"))


def test_an_old_version_of_gitlabs_registry_may_use_the_slash_by_itself(given: Given) -> None:
    config, product = given.storage(TEXT, "azure"), given.product(Generation.GITLAB, 3, 60)
    reason = given.unknown(azure_blobs_under_other_root, access=found(FULL), config=config, product=product)
    assert "exact version" in reason
