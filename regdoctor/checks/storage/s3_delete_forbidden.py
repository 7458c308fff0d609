"""S3-04: the registry's identity may write to its bucket, and not delete there."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_access import S3Call
from regdoctor.evidence.s3_writes import S3Writes, lacks_permission
from regdoctor.remedies.s3_grants import grant


@check(
    title="The registry's identity may delete from its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-04",),
    symptoms=("s3aws: AccessDenied",),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_delete_forbidden(writes: S3Writes, product: Product) -> Outcome:
    """S3 cannot move an object, so the registry copies what was uploaded to its place and deletes the original.

    Without s3:DeleteObject the second half is refused. Distribution 3 then fails the push, after all bytes were sent.
    Distribution 2 does not look at what the store says of each key (it looks at the answer's status alone, which is
    200): pushes succeed, every layer stays a second time below `_uploads`, and garbage collection reports blobs as
    deleted that are still there. Stores that refuse the whole request, with 403, fail the pushes of both. Whoever wants
    images to be kept leaves storage.delete off, and does not take this permission away.

    Grant s3:DeleteObject on the objects of the bucket. Where object lock or a Deny in the bucket's policy refuses it,
    remove that for this bucket: a registry cannot work with it.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    call = writes.call(Operation.DELETE)
    if call is None:
        return Unknown("deleting was not tried: the store had stopped answering")
    if call.done:
        return Pass(f"s3:DeleteObject in {writes.endpoint.bucket} is granted")
    if not lacks_permission(call):
        return Unknown(f"the store refuses to delete, and not for want of a permission: {call.quote().quote}")
    effect, severity = _effect(call, product)
    left = "" if writes.removed else f"; the trial itself is still there: {writes.leftover[:300]}"
    return Fail(
        f"The registry's S3 identity may not delete in {writes.endpoint.bucket}: {effect}{left}",
        evidence=(*writes.evidence(call), *product.evidence),
        resource=writes.endpoint.bucket,
        severity=severity,
        remedy={Dialect.PLAIN: grant(writes.endpoint, ("s3:DeleteObject",))},
    )


def _effect(call: S3Call, product: Product) -> tuple[str, Severity]:
    if call.exchange.status == 403 or product.must_be(Generation.DISTRIBUTION_3):
        return "every push fails when its first layer is to be moved to its place", Severity.CRITICAL
    stays = "each layer that is pushed stays a second time below _uploads, and garbage collection frees nothing"
    if product.must_be(Generation.DISTRIBUTION_2):
        return stays, Severity.ERROR
    return f"pushes fail, or {stays}", Severity.ERROR
