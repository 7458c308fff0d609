"""S3-30: the bucket locks every object for a time, so that nothing the registry deletes is gone."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings, Untold
from regdoctor.foreign_text import short
from regdoctor.remedies.object_store import in_the_store, s3api


@check(
    title="No retention of the bucket keeps what the registry deletes",
    severity=Severity.WARNING,
    failure_modes=("S3-30",),
    explains=("s3_versions_pile_up",),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
)
def s3_object_lock_blocks_deletion(bucket: BucketSettings) -> Outcome:
    """With a default retention each object is locked as it is written: no version of it can be deleted before its time.

    The registry notices nothing of it. Deletions, garbage collection and the purge of old uploads put a marker before
    the object, report success, and free no space: the versions stay until the retention has ended and somebody, or a
    lifecycle rule, deletes them. Each push locks the files of its upload as well, which are deleted a moment later. In
    mode COMPLIANCE nobody at all, the owner of the account included, can delete before that.

    Remove the default retention where the registry's images need not be kept by law. Give images that must be kept a
    bucket of their own, and set up a lifecycle rule that expires old versions.
    """
    if bucket.unanswered:
        return Unknown(bucket.unanswered)
    lock = bucket.lock
    if isinstance(lock, Untold):
        return Unknown(lock.reason)
    if not (lock.enabled and lock.mode):
        return Pass("object lock has no default retention" if lock.enabled else "object lock is off")
    target, mode = short(bucket.endpoint.bucket), short(lock.mode)
    return Fail(
        f"{target} locks every object for {lock.days} days (mode {mode}): deletions and garbage collection report "
        "success and free no space",
        evidence=(bucket.named_by, *bucket.quote_of("GetObjectLockConfiguration")),
        resource=target,
        remedy=in_the_store(
            "Remove the default retention (what is locked already stays so until its time has come):",
            s3api(
                bucket.endpoint,
                "put-object-lock-configuration",
                "--object-lock-configuration",
                '{"ObjectLockEnabled": "Enabled"}',
            ),
        ),
    )
