"""S3-04, S3-05, of the GCS driver: the registry's identity lacks a permission on its bucket."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.gcs_operations import CREATE, DELETE, GET, LIST, PERMISSIONS, ROLE, breaks
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.remedies.google import at_google, grant_role
from regdoctor.sign import sign

_WRITES = frozenset((CREATE, DELETE))


@check(
    title="The registry's Google identity has all that it needs on its bucket",
    severity=Severity.ERROR,
    failure_modes=("S3-04", "S3-05"),
    symptoms=(
        "googleapi: Error 403",
        "does not have storage.objects.create access",
        "does not have storage.objects.delete access",
        "does not have storage.objects.get access",
        "does not have storage.objects.list access",
    ),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://cloud.google.com/storage/docs/access-control/iam-json",
)
def gcs_permission_missing(access: GcsAccess) -> Outcome:
    """The registry needs four permissions on its bucket: storage.objects.list, get, create and delete.

    Without list its health check fails, and with it every request. Without get no image can be pulled. Without create
    nothing can be pushed. Without delete nothing can be pushed either, since a push replaces objects (the state of its
    upload, the link of a tag), which Google counts as a deletion; and nothing can be deleted or collected. The role
    Storage Object Admin has all four; Storage Object Creator and Viewer together lack delete. Nobody needs
    storage.buckets.get. The store tells what is granted by its own test of permissions on the bucket, without a write.
    Roles that are granted on some keys only (IAM conditions) do not show there: what that test denies is a finding only
    where a call is refused as well, or where the test of one of the registry's own objects denies it too, which Google
    gives for buckets without uniform access.

    Grant the role Storage Object Admin on the bucket to the registry's service account; no restart is needed.
    """
    if access.unusable:
        return Unknown(access.unusable)
    bucket, missing = short(access.bucket), access.missing
    if not missing and access.unclear:
        return Unknown(
            f"the bucket's test of permissions denies {_and(access.unclear)}, and does not see roles that are granted "
            "on the registry's keys only; a push with --allow-writes tells"
        )
    if not missing:
        return Pass(f"{', '.join(PERMISSIONS)} on {bucket} are granted")
    names = _and(missing)
    uses = ", ".join(use.value for use in breaks(missing))
    calls = (access.tested, access.listing, access.reading, access.tested_object)
    tested = tuple(one.quote() for one in calls if one is not None)
    return Fail(
        f"The registry's Google identity lacks {names} on {bucket}, which breaks {uses}",
        evidence=(access.key.named_by, *tested),
        resource=bucket,
        severity=Severity.ERROR if missing <= _WRITES else Severity.CRITICAL,
        failure_modes=("S3-04",) if missing <= _WRITES else ("S3-05",) if not missing & _WRITES else None,
        remedy=at_google(
            f"Grant {ROLE} on the bucket to the registry's service account.", *grant_role(access.bucket, access.email)
        ),
    )


def _and(permissions: frozenset[str]) -> str:
    return " and ".join(one for one in (LIST, GET, CREATE, DELETE) if one in permissions)


@sign(gcs_permission_missing, parts=(Part.STORE,), statuses=(403,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """A link of Google's is worth what the account that signed it may do; Google says so to GET and HEAD alike."""
    link = refusing_link(call, StoreKind.GCS) if call.status == 403 else None
    if link is None or code_of(call) != "AccessDenied":
        return None
    return Fail(
        f"The registry's Google identity lacks {GET} on {bucket_of(link)}: the links that it signs are refused",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=at_google(
            f"Grant {ROLE} on the bucket to the registry's service account.", *grant_role(link.bucket, link.identity)
        ),
    )
