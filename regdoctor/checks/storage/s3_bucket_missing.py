"""S3-24: the bucket that the registry is to store in does not exist."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.s3_bucket import BucketSettings
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.remedies.object_store import in_the_store, s3api
from regdoctor.sign import sign


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


@sign(s3_bucket_missing, parts=(Part.STORE,), statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.S3) if call.status == 404 else None
    if link is None or code_of(call) != "NoSuchBucket":
        return None
    return Fail(
        f"There is no bucket {bucket_of(link)!r} where the registry sends clients: it can store nothing",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=in_the_store(
            "Correct the bucket's name or the endpoint in the registry's storage settings and restart it, or make "
            "the bucket."
        ),
    )
