"""S3-31: the bucket keeps every version, and nothing ever deletes the old ones."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings, Untold
from regdoctor.foreign_text import short
from regdoctor.remedies.object_store import in_the_store, s3api


@check(
    title="Deleted objects leave the bucket in the end",
    severity=Severity.WARNING,
    failure_modes=("S3-31",),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html",
)
def s3_versions_pile_up(bucket: BucketSettings) -> Outcome:
    """In a bucket with versioning nothing that the registry deletes is gone: a marker is put before it, and it stays.

    Garbage collection then reports what it deleted, and the bill does not fall. Each push adds to it, as the registry
    deletes the files of its uploads (`_uploads`) when they are complete, and these stay as versions that are no longer
    current. Versioning is a good protection against mistakes, as long as old versions are deleted after a while.

    Add a lifecycle rule that expires versions that are no longer current (NoncurrentVersionExpiration), with as many
    days as you want to be able to go back.
    """
    if bucket.unanswered:
        return Unknown(bucket.unanswered)
    if isinstance(bucket.versioning, Untold):
        return Unknown(bucket.versioning.reason)
    if not bucket.versioning:
        return Pass("versions are not kept")
    rules = bucket.rules_for_registry
    if isinstance(rules, Untold):
        return Unknown(f"versions are kept; whether old ones are deleted is not known: {rules.reason}")
    if any(rule.drops_versions for rule in rules):
        return Pass("versions are kept, and a lifecycle rule deletes old ones")
    target = short(bucket.endpoint.bucket)
    return Fail(
        f"{target} keeps every version, and no lifecycle rule deletes old ones: what the registry deletes stays, and "
        "is paid for",
        evidence=(
            bucket.named_by,
            *bucket.quote_of("GetBucketVersioning"),
            *bucket.quote_of("GetBucketLifecycleConfiguration"),
        ),
        resource=target,
        remedy=in_the_store(
            "Add this rule to those that the bucket has (the second command replaces them all: where the first one "
            "shows some, write them into it as well):",
            s3api(bucket.endpoint, "get-bucket-lifecycle-configuration"),
            s3api(
                bucket.endpoint,
                "put-bucket-lifecycle-configuration",
                "--lifecycle-configuration",
                _RULE.replace("PREFIX", bucket.endpoint.registry_prefix),
            ),
        ),
    )


_RULE = (
    '{"Rules": [{"ID": "registry-old-versions", "Status": "Enabled", "Filter": {"Prefix": "PREFIX"}, '
    '"NoncurrentVersionExpiration": {"NoncurrentDays": 30}, "AbortIncompleteMultipartUpload": '
    '{"DaysAfterInitiation": 7}}]}'
)
