"""S3-04: the registry's identity may not list the uploads that run in its bucket, so no layer can be pushed."""

import json

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Area, Operation, action_of, statement
from regdoctor.evidence.s3_access import S3Access


@check(
    title="The registry's identity may list the uploads that run in its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-04",),
    symptoms=("s3aws: AccessDenied",),
    explains=("health_lies",),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_multipart_listing_forbidden(access: S3Access) -> Outcome:
    """A layer goes into the bucket in parts; for each request after the first the registry looks for its upload there.

    That takes s3:ListBucketMultipartUploads, an action of its own that s3:ListBucket does not include. Without it
    pulls work and the health check is green, a push starts, and its first PATCH is answered with 500 or 403 and
    `s3aws: AccessDenied`. GitLab's registry looks before it starts an upload, too.

    Grant s3:ListBucketMultipartUploads on the bucket itself (`arn:aws:s3:::BUCKET`, no slash behind).
    """
    if access.unusable:
        return Unknown(access.unusable)
    call = access.call(Operation.LIST_UPLOADS, Area.BUCKET)
    if call is None:
        return Unknown("running uploads were not asked for")
    endpoint = access.endpoint
    if call.allowed:
        return Pass(f"s3:ListBucketMultipartUploads on {endpoint.bucket} is granted")
    if not call.forbidden:
        return Unknown(f"the store does not list running uploads, and not for want of permission: {call.quote().quote}")
    granted = statement(action_of(Operation.LIST_UPLOADS), endpoint.arn)
    return Fail(
        f"The registry's S3 identity may not list the uploads that run in {endpoint.bucket}: every push of a layer "
        "fails after its start",
        evidence=(access.access_key_named_by, call.quote()),
        resource=endpoint.bucket,
        remedy={
            Dialect.PLAIN: Remedy(
                "Add this statement to the policy of the registry's identity; no restart is needed. (Look for a Deny "
                "if it is there already.)",
                (json.dumps(granted),),
            )
        },
    )
