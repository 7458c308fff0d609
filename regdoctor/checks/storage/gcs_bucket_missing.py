"""S3-24, of the GCS driver: the bucket that the registry is to store in does not exist."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.remedies.google import at_google, gcloud
from regdoctor.sign import sign


@check(
    title="The registry's bucket at Google exists",
    severity=Severity.CRITICAL,
    failure_modes=("S3-24",),
    symptoms=("googleapi: Error 404: The specified bucket does not exist", "storage: bucket doesn't exist"),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://cloud.google.com/storage/docs/json_api/v1/status-codes#404-not-found",
)
def gcs_bucket_missing(access: GcsAccess) -> Outcome:
    """The registry never makes its bucket: without one it can neither store nor read anything.

    Google answers 404, `The specified bucket does not exist`. The registry starts all the same; then its health check
    fails. The bucket was never made, was deleted, or is misspelt; a name of the form `bucket/folder` is none, the
    folder belongs into rootdirectory.

    Correct storage.gcs.bucket and restart the registry, or make the bucket.
    """
    if not access.is_missing:
        return Unknown(access.unusable) if access.unusable else Pass(f"{short(access.bucket)} answers")
    name = short(access.bucket)
    tested = (access.tested.quote(),) if access.tested is not None else ()
    return Fail(
        f"Google knows no bucket {name!r}: the registry can neither store nor read anything",
        evidence=(access.named_by, *tested),
        resource=name,
        remedy=at_google(
            "Correct storage.gcs.bucket and restart the registry, or make the bucket:",
            gcloud("storage", "buckets", "create", f"gs://{access.bucket}"),
        ),
    )


@sign(gcs_bucket_missing, parts=(Part.STORE,), statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.GCS) if call.status == 404 else None
    if link is None or code_of(call) != "NoSuchBucket":
        return None
    return Fail(
        f"There is no bucket {bucket_of(link)!r} where the registry sends clients: it can store nothing",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=at_google("Correct storage.gcs.bucket and restart the registry, or make the bucket."),
    )
