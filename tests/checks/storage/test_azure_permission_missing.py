"""One finding for each permission, with every call that lacks it."""

from __future__ import annotations

from regdoctor.checks.storage.azure_permission_missing import azure_permission_missing
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.s3_operations import Area
from regdoctor.evidence.azure_access import AzureWrites
from tests.checks.conftest import Given
from tests.checks.seen_in_traffic import AZURE_LINK, seen, sent_on
from tests.checks.storage.azure_answers import access, answer, container, shut

LACKS = "AuthorizationPermissionMismatch"
PUT = answer(AzureOperation.PUT, Area.UPLOADS, LACKS)
COPY = answer(AzureOperation.COPY, Area.UPLOADS, LACKS)
DELETE = answer(AzureOperation.DELETE, Area.UPLOADS, LACKS)


def test_each_permission_is_a_finding_of_its_own(given: Given) -> None:
    refused = access(answer(AzureOperation.GET, Area.BLOBS, LACKS), answer(AzureOperation.GET, Area.LINKS, LACKS))
    writes = AzureWrites(container(), (PUT, DELETE))
    read, write, delete = given.fails(azure_permission_missing, access=refused, writes=writes)
    assert read.message.endswith("which lacks blobs/read: without it fail pull, garbage collection, push, delete")
    assert "Put Blob" in write.message
    assert "blobs/delete" in delete.message


def test_a_listing_that_is_refused_is_the_health_checks(given: Given) -> None:
    fail = given.fail(azure_permission_missing, access=shut(answer(AzureOperation.LIST, Area.BUCKET, LACKS)))
    assert fail.failure_modes == ("S3-05",)
    assert "health" in fail.message


def test_a_copy_alone_proves_no_permission_missing(given: Given) -> None:
    given.passes(azure_permission_missing, access=access(), writes=AzureWrites(container(), (COPY,)))


def test_a_refused_key_says_nothing_of_permissions(given: Given) -> None:
    shut_out = shut(answer(AzureOperation.LIST, Area.BUCKET, "AuthenticationFailed"))
    assert "AuthenticationFailed" in given.unknown(azure_permission_missing, access=shut_out)


def test_a_link_of_an_identity_without_the_permission_is_told_in_traffic() -> None:
    [fail] = seen(
        azure_permission_missing, *sent_on(AZURE_LINK, 403, ("x-ms-error-code", "AuthorizationPermissionMismatch"))
    )
    assert "AuthorizationPermissionMismatch" in fail.message
    assert not seen(azure_permission_missing, *sent_on(AZURE_LINK, 403, ("x-ms-error-code", "AuthenticationFailed")))
