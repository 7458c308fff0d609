"""S3-30, of the GCS driver: the bucket lets no object be replaced or deleted."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.foreign_text import short
from regdoctor.remedies.google import at_google, gcloud


@check(
    title="The bucket at Google lets the registry replace and delete its objects",
    severity=Severity.ERROR,
    failure_modes=("S3-30",),
    symptoms=("retentionPolicyNotMet", "is subject to bucket's retention policy", "Event-Based hold"),
    reference="https://cloud.google.com/storage/docs/bucket-lock",
)
def gcs_retention_blocks_pushes(access: GcsAccess) -> Outcome:
    """A retention policy keeps every object of the bucket for a time, in which it can neither be deleted nor replaced.

    The registry replaces objects in every push (the state of an upload, the link of a tag that is pushed again) and is
    refused with 403, `retentionPolicyNotMet`. So pushes fail in the middle, uploads stay behind, and neither deletion
    nor garbage collection removes anything. An event-based hold that each new object gets (defaultEventBasedHold) does
    the same without an end. Soft delete, which Google switches on by itself, harms nothing: what is deleted is
    only paid for some days longer.

    Remove the policy and the default hold from the bucket, or use a bucket without them: a policy that is locked
    cannot be removed. Protect images by the registry's own rights instead.
    """
    settings = access.bucket_settings
    if isinstance(settings, str):
        return Unknown(settings)
    if not settings.retention and not settings.held:
        return Pass("no retention policy, and no hold on new objects")
    bucket = short(access.bucket)
    reasons = [f"keeps each object for {settings.retention} seconds"] if settings.retention else []
    reasons += ["holds each new object"] if settings.held else []
    said = (access.settings.quote(),) if access.settings is not None else ()
    flags = ("--clear-retention-period",) * bool(settings.retention) + (
        "--no-default-event-based-hold",
    ) * settings.held
    commands = () if settings.locked else (gcloud("storage", "buckets", "update", f"gs://{access.bucket}", *flags),)
    advice = "The policy is locked: move the registry to another bucket." if settings.locked else "Take it away:"
    return Fail(
        f"{bucket} {' and '.join(reasons)}: the registry can neither replace nor delete any, so that pushes fail",
        evidence=(access.named_by, *said),
        resource=bucket,
        remedy=at_google(advice, *commands),
    )
