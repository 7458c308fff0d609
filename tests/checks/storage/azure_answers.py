"""What Azure answers to the registry's identity, made up."""

from __future__ import annotations

from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.s3_operations import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureCall
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.formats.azure_parameters import AzureContainer
from tests.checks.conftest import SAID

SERVICE = "https://images.blob.core.windows.net"
FULL = b"<EnumerationResults><Blob><Name>docker/x</Name></Blob></EnumerationResults>"
EMPTY = b"<EnumerationResults/>"
DOWN = Exchange("GET", SERVICE, failure=Failure(FailureKind.REFUSED, "images.blob.core.windows.net refused"))


def container(*, legacy: bool | None = False) -> AzureContainer:
    """The container `registry` of the account `images`."""
    return AzureContainer(SERVICE, "images", "registry", "", legacy)


def answer(
    operation: AzureOperation, area: Area = Area.BUCKET, code: str = "", *, status: int = 403, body: bytes = EMPTY
) -> AzureCall:
    """A call that the store allows, or answers with a code."""
    headers = (("x-ms-error-code", code),) if code else ()
    exchange = Exchange("GET", f"{SERVICE}/registry", status=status if code else 200, headers=headers, body=body)
    return AzureCall(operation, area, "key", exchange)


def access(*calls: AzureCall, legacy: bool | None = False, inside: bool | None = True) -> AzureAccess:
    """A listing of the root that is allowed, and these calls after it."""
    first = answer(AzureOperation.LIST)
    return AzureAccess(container(legacy=legacy), SAID, (first, *calls), inside)


def shut(call: AzureCall) -> AzureAccess:
    """A store whose first answer is this."""
    return AzureAccess(container(), SAID, (call,))
