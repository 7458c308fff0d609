"""S3-24: the bucket that the registry is to store in does not exist."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings
from regdoctor.foreign_text import short
from regdoctor.remedies.object_store import in_the_store, s3api


@check(
    title="The registry's bucket exists",
    severity=Severity.CRITICAL,
    failure_modes=("S3-24",),
    symptoms=("NoSuchBucket", "The specified bucket does not exist"),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
)
def s3_bucket_missing(bucket: BucketSettings) -> Outcome:
    """The registry never makes its bucket: without one it can neither store nor read anything.

    The store answers NoSuchBucket. The registry starts all the same; then its health check fails, and every URL
    answers 503. The bucket was never made, was deleted, is misspelt, or lies in another account or store than the
    endpoint's.

    Correct the bucket's name or the endpoint in the storage settings, or make the bucket with what runs the store.
    """
    missing = next(bucket.errors("NoSuchBucket"), None)
    if missing is None:
        return Unknown(bucket.unanswered) if bucket.unanswered else Pass(f"{short(bucket.endpoint.bucket)} was listed")
    name, where = short(bucket.endpoint.bucket), short(bucket.endpoint.url)
    return Fail(
        f"There is no bucket {name!r} at {where}: the registry can neither store nor read anything",
        evidence=(bucket.named_by, missing.quote()),
        resource=name,
        remedy=in_the_store(
            "Correct the bucket's name or the endpoint and restart the registry, or make the bucket:",
            s3api(bucket.endpoint, "create-bucket"),
        ),
    )
