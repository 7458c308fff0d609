"""S3-04, S3-05, of the GCS driver: the registry's identity lacks a permission on its bucket."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.gcs_operations import CREATE, DELETE, GET, LIST, PERMISSIONS, ROLE, breaks
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.foreign_text import short
from regdoctor.remedies.google import at_google, grant_role

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
    storage.buckets.get. The store tells this by its own test of permissions on the bucket, without a write. Roles that
    are granted on some keys only (IAM conditions) do not show there; where reading proves that there are some, nothing
    is said.

    Grant the role Storage Object Admin on the bucket to the registry's service account; no restart is needed.
    """
    if access.unusable:
        return Unknown(access.unusable)
    bucket, missing = short(access.bucket), access.missing
    if not missing:
        return Pass(f"{', '.join(PERMISSIONS)} on {bucket} are granted")
    if access.conditional:
        return Unknown("roles on some keys of the bucket only allow what its test of permissions denies")
    names = " and ".join(one for one in (LIST, GET, CREATE, DELETE) if one in missing)
    uses = ", ".join(use.value for use in breaks(missing))
    tested = (access.tested.quote(),) if access.tested is not None else ()
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
