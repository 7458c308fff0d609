"""S3-30: a lifecycle rule of the bucket deletes what the registry stores, or makes it unreadable."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings, Untold
from regdoctor.foreign_text import short
from regdoctor.formats.s3_documents import LifecycleRule
from regdoctor.remedies.object_store import in_the_store, s3api


@check(
    title="No lifecycle rule of the bucket deletes the registry's objects",
    severity=Severity.CRITICAL,
    failure_modes=("S3-30",),
    symptoms=("blob unknown to registry", "InvalidObjectState"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
)
def s3_lifecycle_deletes_blobs(bucket: BucketSettings) -> Iterator[Outcome]:
    """A layer is written once and then read for years: its age does not tell whether it is needed.

    A rule that expires objects deletes layers whose links stay behind. The registry knows the image, its tag and its
    manifest, or not even that any more, and the pull ends with `blob unknown to registry`; a push of the same layer
    may be told that it is there already. A rule that moves objects to GLACIER or DEEP_ARCHIVE is as bad: they cannot
    be read until somebody restores each of them. Rules for objects with a tag do not count here, as the registry's
    have none, and neither do rules that only delete old versions or abort uploads.

    Switch the rule off, or restrict it to a prefix outside of the registry's root directory. Delete images through
    the registry and by garbage collection instead. Restore what is gone by pushing the images again.
    """
    if bucket.unanswered:
        yield Unknown(bucket.unanswered)
        return
    rules = bucket.rules_for_registry
    if isinstance(rules, Untold):
        yield Unknown(rules.reason)
        return
    harmful = [rule for rule in rules if (rule.expires or rule.archives) and "/_uploads/" not in rule.prefix]
    for rule in harmful:
        yield _fail(bucket, rule)
    if not harmful:
        yield Pass(f"{len(rules)} lifecycle rules are for the registry's keys, and none deletes what it stores")


def _fail(bucket: BucketSettings, rule: LifecycleRule) -> Fail:
    does = (
        f"deletes objects {short(rule.expires)}"
        if rule.expires
        else f"moves objects to {rule.archives}, from where they cannot be read"
    )
    name = short(rule.name) or "without a name"
    keys = f"keys that begin with {short(rule.prefix)!r}" if rule.prefix else "every key"
    target = short(bucket.endpoint.bucket)
    return Fail(
        f"The lifecycle rule {name} of {target} {does}, for {keys}: layers of images that are in use are lost",
        evidence=(bucket.named_by, *bucket.quote_of("GetBucketLifecycleConfiguration")),
        resource=f"{target}:{name}",
        remedy=in_the_store(
            "Switch the rule off, or restrict it to a prefix outside of the registry's root directory. Look at all "
            "rules with this, and write them back, changed, with put-bucket-lifecycle-configuration:",
            s3api(bucket.endpoint, "get-bucket-lifecycle-configuration"),
        ),
    )
