"""What several instances remember of blobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.replicas_cache_apart import replicas_cache_apart
from regdoctor.evidence.product import Generation
from regdoctor.evidence.replicas import Replicas

if TYPE_CHECKING:
    from tests.checks.conftest import Given

TWO, THREE, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB
APART = "storage: {inmemory: {}, delete: {enabled: true}, cache: {blobdescriptor: inmemory}}\n"


def several(given: Given, text: str = APART) -> Replicas:
    return Replicas((given.config(text, "/a.yml"), given.config(text, "/b.yml")))


@pytest.mark.parametrize("generation", [TWO, THREE])
def test_memories_of_their_own_are_told(given: Given, generation: Generation) -> None:
    fail = given.fail(replicas_cache_apart, replicas=several(given), product=given.product(generation))

    assert [quote.source for quote in fail.evidence] == ["/a.yml", "/b.yml"]
    assert "storage.cache.blobdescriptor" in fail.remedy[Dialect.PLAIN].text


def test_a_number_of_containers_counts_as_several(given: Given) -> None:
    config = given.config(APART)
    fail = given.fail(
        replicas_cache_apart, replicas=Replicas((config,), config.at("storage")), product=given.product(TWO)
    )

    assert len(fail.evidence) == 2


@pytest.mark.parametrize(
    "text", [APART.replace("true", "false"), APART.replace(": inmemory}", ": redis}"), "storage: {inmemory: {}}\n"]
)
def test_what_is_shared_or_never_deleted_is_good(given: Given, text: str) -> None:
    given.passes(replicas_cache_apart, replicas=several(given, text), product=given.product(TWO))


def test_what_gitlabs_packages_set_is_not_told(given: Given) -> None:
    given.skips(replicas_cache_apart, replicas=several(given), product=given.product(FORK))
    given.unknown(replicas_cache_apart, replicas=several(given), product=given.product())


def test_one_instance_agrees_with_itself(given: Given) -> None:
    given.skips(replicas_cache_apart, replicas=Replicas((given.config(APART),)), product=given.product(TWO))
