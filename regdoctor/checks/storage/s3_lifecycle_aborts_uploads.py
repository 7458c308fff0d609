"""S3-30: a lifecycle rule of the bucket aborts uploads that the registry still holds open."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings, Untold
from regdoctor.foreign_text import short
from regdoctor.remedies.object_store import in_the_store, s3api

_SHORT = 1
"""Days; S3 takes no fewer."""


@check(
    title="Lifecycle rules leave uploads in parts the time that they need",
    severity=Severity.INFO,
    failure_modes=("S3-30",),
    symptoms=("NoSuchUpload",),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
)
def s3_lifecycle_aborts_uploads(bucket: BucketSettings) -> Outcome:
    """A layer on its way is an upload in parts, which a client may interrupt and go on with later.

    A rule that aborts incomplete uploads is good: parts of broken pushes cost money and are in no listing. The
    registry itself keeps an upload for a week by default (storage.maintenance.uploadpurging). Where a rule aborts them
    after one day already, a push that goes on later than that fails, with NoSuchUpload in the registry's log.

    Set DaysAfterInitiation to seven days, as long as the registry keeps uploads, unless nobody resumes pushes.
    """
    if bucket.unanswered:
        return Unknown(bucket.unanswered)
    rules = bucket.rules_for_registry
    if isinstance(rules, Untold):
        return Unknown(rules.reason)
    aborting = [(rule.aborts_after, rule) for rule in rules if rule.aborts_after is not None]
    if not aborting:
        return Pass("no lifecycle rule aborts uploads")
    days, rule = min(aborting, key=lambda one: one[0])
    if days > _SHORT:
        return Pass(f"uploads are aborted after {days} days")
    name, target = short(rule.name) or "without a name", short(bucket.endpoint.bucket)
    return Fail(
        f"The lifecycle rule {name} of {target} aborts uploads after {days} day, which the registry keeps for longer",
        evidence=(bucket.named_by, *bucket.quote_of("GetBucketLifecycleConfiguration")),
        resource=f"{target}:{name}",
        remedy=in_the_store(
            "Let the rule wait for 7 days. Look at all rules with this, and write them back, changed, with "
            "put-bucket-lifecycle-configuration:",
            s3api(bucket.endpoint, "get-bucket-lifecycle-configuration"),
        ),
    )
