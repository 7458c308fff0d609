"""S3-04: the registry's identity may start uploads in parts, and not look at them or end them."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Operation, action_of
from regdoctor.evidence.s3_writes import S3Writes, lacks_permission
from regdoctor.remedies.s3_grants import grant

_OPERATIONS = (Operation.LIST_PARTS, Operation.ABORT)
"""The listing of uploads takes no writing to try: s3_multipart_listing_forbidden."""


@check(
    title="The registry's identity may go on with uploads in parts, and end them",
    severity=Severity.ERROR,
    failure_modes=("S3-04",),
    symptoms=("s3aws: AccessDenied",),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_multipart_forbidden(writes: S3Writes) -> Outcome:
    """A layer that comes in several requests is one upload in parts, which the registry finds again by listing.

    For each further request it asks which parts are there (s3:ListMultipartUploadParts): without that, what docker
    sends after the first request of a layer is refused with `s3aws: AccessDenied`, and pushes fail at PATCH or PUT. An
    upload that is given up is aborted (s3:AbortMultipartUpload); without that its parts stay in the bucket, are shown
    by no listing of objects, and are paid for.

    Grant both on the objects of the bucket.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    tried = writes.of(*_OPERATIONS)
    forbidden = [call for call in tried if lacks_permission(call)]
    if not forbidden:
        failed = next((call for call in tried if not call.done), None)
        if failed is not None:
            return Unknown(f"the store refuses it, and not for want of a permission: {failed.quote().quote}")
        if len({call.action for call in tried}) < len(_OPERATIONS):
            return Unknown("no upload in parts could be tried: writing itself is refused")
        return Pass("the parts of uploads are listed, and uploads aborted")
    operations = [Operation(call.action) for call in forbidden]
    breaks = operations != [Operation.ABORT]
    effect = (
        "pushes fail after the first request of a layer"
        if breaks
        else "the parts of uploads that are given up stay in the bucket, unseen and paid for"
    )
    names = ", ".join(operation.api_name for operation in operations)
    return Fail(
        f"The registry's S3 identity may not use {names} in {writes.endpoint.bucket}: {effect}",
        evidence=writes.evidence(*forbidden),
        resource=writes.endpoint.bucket,
        severity=Severity.ERROR if breaks else Severity.WARNING,
        remedy={Dialect.PLAIN: grant(writes.endpoint, {one for name in operations for one in action_of(name)})},
    )
