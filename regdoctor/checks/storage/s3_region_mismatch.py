"""S3-08: the registry signs for another region than its bucket's."""

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.s3_bucket import BucketSettings, StoreAnswer
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link, region_of
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.remedies import change
from regdoctor.sign import sign

_CODES = ("AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException")


@check(
    title="The registry is set to its bucket's own region",
    severity=Severity.CRITICAL,
    failure_modes=("S3-08",),
    symptoms=(
        "AuthorizationHeaderMalformed: The authorization header is malformed; the region",
        "BucketRegionError: incorrect region, the bucket is not in",
        "PermanentRedirect",
    ),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
)
def s3_region_mismatch(bucket: BucketSettings, config: RegistryConfig) -> Outcome:
    """Every request to S3 is signed for one region, and the store takes those for the bucket's own region only.

    Amazon answers 301 PermanentRedirect where another region's endpoint is asked, and 400 AuthorizationHeaderMalformed
    (`the region 'us-east-1' is wrong; expecting 'eu-central-1'`) where the signature alone is for another; MinIO and
    others with a region of their own do the latter. The registry then reads and writes nothing: its health check fails.

    Set region to what the store names, and restart the registry.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    refused = next((answer for answer in bucket.answers if _is_about_region(answer)), None)
    if refused is None:
        return (
            Unknown(bucket.unanswered) if bucket.unanswered else Pass("the store takes what is signed for the region")
        )
    named = next((answer for answer in bucket.answers if answer.region), None)
    if named is None:
        return Unknown(f"the store sends elsewhere and names no region: {refused.quote().quote}")
    if named.region == bucket.endpoint.region:
        return Unknown(f"the store refuses the region, and names the same: {refused.quote().quote}")
    now = parameters.value("region")
    said = (
        now.quote()
        if now is not None
        else Quote(config.source, f"region is not set, so it is {bucket.endpoint.region}")
    )
    setting = parameters.setting("region")
    return Fail(
        f"The registry signs for {bucket.endpoint.region}, and its bucket is in {named.region}: every call is refused",
        evidence=(said, bucket.named_by, *dict.fromkeys((refused.quote(), named.quote()))),
        resource=setting,
        remedy=change(setting, named.region, "Name the region of the bucket.", now=now),
    )


def _is_about_region(answer: StoreAnswer) -> bool:
    """HEAD has no document: there the status counts, with the region that Amazon names beside it."""
    error = answer.error
    if error is not None:
        # The code is that of a malformed access key, too: then no region is named.
        return error.code in _CODES and bool(error.code == "PermanentRedirect" or answer.region)
    return answer.exchange.method == "HEAD" and answer.exchange.status in (301, 400) and bool(answer.region)


@sign(s3_region_mismatch, parts=(Part.STORE,), statuses=(301, 400, 403))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """A link names the region that it was signed for, and Amazon's refusal the bucket's own."""
    link = refusing_link(call, StoreKind.S3) if call.status in (301, 400, 403) else None
    own = region_of(call) if link is not None else ""
    if link is None or not own or not link.region or own == link.region:
        return None
    said = code_of(call)
    if said not in (*_CODES, "AuthorizationQueryParametersError") and (said or call.exchange.method != "HEAD"):
        return None
    return Fail(
        f"The registry signs links for {short(link.region)}, and its bucket {bucket_of(link)} is in {own}: every "
        "call is refused",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=change("storage.s3.region", own, "Name the region of the bucket."),
    )
