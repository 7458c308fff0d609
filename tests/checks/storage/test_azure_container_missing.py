"""A container that is not there is found, and no other refusal is taken for it."""

from __future__ import annotations

from regdoctor.checks.storage.azure_container_missing import azure_container_missing
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.s3_operations import Area
from regdoctor.evidence.azure_access import AzureCall
from tests.checks.conftest import Given
from tests.checks.seen_in_traffic import AZURE_LINK, S3_LINK, refusal, seen, sent_on
from tests.checks.storage.azure_answers import DOWN, access, answer, shut

TEXT = "accountname: images, container: registry"


def test_the_store_says_so(given: Given) -> None:
    missing = shut(answer(AzureOperation.LIST, code="ContainerNotFound", status=404))
    fail = given.fail(azure_container_missing, access=missing, config=given.storage(TEXT, "azure"))
    assert fail.evidence[0].quote == "storage.azure.container: registry"
    assert fail.resource == "registry"


def test_a_listing_shows_that_it_is_there(given: Given) -> None:
    given.passes(azure_container_missing, access=access(), config=given.storage(TEXT, "azure"))


def test_a_store_that_is_down_tells_nothing(given: Given) -> None:
    down = shut(AzureCall(AzureOperation.LIST, Area.BUCKET, "", DOWN))
    config = given.storage(TEXT, "azure")
    assert "refused" in given.unknown(azure_container_missing, access=down, config=config)


def test_it_is_told_in_traffic_of_a_store_of_this_kind_alone() -> None:
    [fail] = seen(azure_container_missing, *sent_on(AZURE_LINK, 404, body=refusal("ContainerNotFound"), method="GET"))
    assert "'images'" in fail.message
    assert not seen(azure_container_missing, *sent_on(AZURE_LINK, 404, method="HEAD"))
    assert not seen(azure_container_missing, *sent_on(S3_LINK, 404, body=refusal("ContainerNotFound"), method="GET"))
