"""S3-04, S3-05: the registry's identity lacks a permission in its Azure container."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.azure_operations import NEEDS, granting, permission_of
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.azure_access import PERMISSION_CODES, AzureAccess, AzureCall, AzureWrites
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.remedies.object_store import in_the_store
from regdoctor.sign import sign


@check(
    title="The registry's identity may do in its Azure container all that it has to",
    severity=Severity.ERROR,
    failure_modes=("S3-04", "S3-05"),
    symptoms=(
        "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission.",
    ),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-azure-active-directory",
)
def azure_permission_missing(access: AzureAccess, writes: AzureWrites | Absent) -> Iterator[Outcome]:
    """A registry reads, writes and deletes blobs in its container, with append blobs for uploads and copies for moves.

    Azure answers 403 AuthorizationPermissionMismatch where the identity's role does not hold the data action. Reading
    alone keeps pulls alive while pushes fail; without delete each push fails as well, for an upload is removed when its
    layer has been moved to its place.

    Grant the data action named in the finding, or the role Storage Blob Data Contributor, at the storage account.
    `regdoctor storage permissions` shows every call.
    """
    if access.unusable:
        yield Unknown(access.unusable)
        return
    calls = (*access.calls, *(writes.calls if isinstance(writes, AzureWrites) else ()))
    refused: dict[str, list[AzureCall]] = {}
    for call in calls:
        if call.forbidden:
            refused.setdefault(permission_of(call.operation), []).append(call)
    if not refused:
        told = "reads and writes" if isinstance(writes, AzureWrites) else "reads; writes need --allow-writes"
        yield Pass(f"nothing was refused ({told})")
    for permission, denied in refused.items():
        yield _fail(access, permission, denied)


def _fail(access: AzureAccess, permission: str, denied: list[AzureCall]) -> Fail:
    what = {(call.operation, call.area) for call in denied}
    broken = dict.fromkeys(use.value for need in NEEDS if (need.operation, need.area) in what for use in need.uses)
    names = ", ".join(dict.fromkeys(call.operation.value for call in denied))
    action = permission.rpartition("containers/")[2]
    return Fail(
        f"{short(access.container.container)} refuses {names} to the registry's identity, which lacks {action}: "
        f"without it fail {', '.join(broken)}",
        evidence=(access.named_by, *(call.quote() for call in denied)),
        resource=access.container.container,
        remedy=in_the_store(
            "Give the identity the role Storage Blob Data Contributor at the storage account, or add this to its role:",
            json.dumps(granting([permission])[0]),
        ),
        failure_modes=("S3-05",) if denied[0].operation == "List Blobs" else ("S3-04",),
    )


@sign(azure_permission_missing, parts=(Part.STORE,), statuses=(403,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.AZURE) if call.status == 403 else None
    if link is None or code_of(call) not in PERMISSION_CODES:
        return None
    return Fail(
        f"The registry's identity may not read blobs of {bucket_of(link)} ({code_of(call)}): its links are refused",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=in_the_store(
            "Grant the role Storage Blob Data Contributor on the container to the identity that signs the links."
        ),
    )
