"""S3-04: the registry's identity may read its bucket, and not write to it."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.s3_operations import Operation, action_of
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import WITH_BODY, origin_of
from regdoctor.evidence.registry_storage import storage_error_of
from regdoctor.evidence.s3_writes import S3Writes, is_about_key, lacks_permission, named_action
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.remedies.s3_grants import grant
from regdoctor.sign import FAILURES, sign

_PLAIN = (Operation.PUT, Operation.START_UPLOAD, Operation.PUT_PART, Operation.COMPLETE)
_COPIES = (Operation.COPY, Operation.COPY_PART)


@check(
    title="The registry's identity may write to its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-04",),
    symptoms=("s3aws: AccessDenied: Access Denied", "s3aws: AccessDenied"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_write_forbidden(writes: S3Writes) -> Outcome:
    """A push puts small files (PutObject), sends layers in parts (CreateMultipartUpload, UploadPart) and copies them.

    All of that is the one permission s3:PutObject; copies take s3:GetObject of what is copied as well. Without it each
    push ends in 500 or 503 with `s3aws: AccessDenied` in the registry's log, while login, pulls and the health check,
    which only lists, are fine. Policies may differ by prefix: it is tried where uploads begin, below
    `docker/registry/v2/repositories/`.

    Grant s3:PutObject on the objects of the bucket, and look for a Deny in the bucket's own policy, such as one that
    demands encryption of each request.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    tried = writes.of(*_PLAIN, *_COPIES)
    forbidden = [call for call in tried if lacks_permission(call)]
    if not forbidden:
        return _not_forbidden(writes)
    operations = {call.action for call in forbidden}
    only_copies = not operations & set(_PLAIN)
    reading = writes.of(Operation.GET)
    unread = only_copies and any(lacks_permission(call) for call in reading)
    actions = {named_action(call) for call in forbidden} - {""}
    if not actions:
        actions = (
            {"s3:GetObject"} if unread else {one for call in forbidden for one in action_of(Operation(call.action))}
        )
    names = ", ".join(Operation(name).api_name for name in sorted(operations))
    effect = "what is pushed cannot be moved to its place" if only_copies else "every push fails"
    return Fail(
        f"The registry's S3 identity may not write to {writes.endpoint.bucket} ({names}): {effect}",
        evidence=writes.evidence(*forbidden),
        resource=writes.endpoint.bucket,
        remedy={Dialect.PLAIN: grant(writes.endpoint, actions)},
    )


def _not_forbidden(writes: S3Writes) -> Outcome:
    tried = writes.of(*_PLAIN, *_COPIES)
    failed = [call for call in tried if not call.done]
    if any(is_about_key(call) for call in failed):
        return Unknown("the store refuses the use of an encryption key, before it says whether writing is allowed")
    if failed:
        return Unknown(f"the store refuses to write, and not for want of a permission: {failed[0].quote().quote}")
    return Pass(f"s3:PutObject in {writes.endpoint.bucket} is granted")


@sign(s3_write_forbidden, kinds=WITH_BODY - {ApiKind.MANIFEST_PUT}, statuses=FAILURES)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """The start, a piece or the end of an upload: what the registry does for them in its bucket is to write."""
    error = storage_error_of(call) if call.kind in WITH_BODY and call.kind is not ApiKind.MANIFEST_PUT else None
    if error is None or "s3aws: AccessDenied" not in error.text or "kms:" in error.text:
        return None
    return Fail(
        f"The bucket refuses the registry itself and an upload ends in {call.status}: {short(error.text)}",
        evidence=(call.exchange.quote(), error.quote),
        resource=origin_of(call),
        remedy={
            Dialect.PLAIN: Remedy(
                "Grant s3:PutObject, and the other actions of uploads, on the objects of the bucket to the registry's "
                "identity; `regdoctor storage permissions --allow-writes` on its host tells which are missing."
            )
        },
    )
