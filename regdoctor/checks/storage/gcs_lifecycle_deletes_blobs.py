"""S3-30, of the GCS driver: a lifecycle rule of the bucket deletes what the registry stores."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.foreign_text import short
from regdoctor.formats.gcs_bucket import DeletingRule
from regdoctor.remedies.google import at_google, gcloud


@check(
    title="No lifecycle rule of the bucket at Google deletes the registry's objects",
    severity=Severity.CRITICAL,
    failure_modes=("S3-30",),
    symptoms=("blob unknown to registry",),
    reference="https://cloud.google.com/storage/docs/lifecycle",
)
def gcs_lifecycle_deletes_blobs(access: GcsAccess) -> Iterator[Outcome]:
    """A layer is written once and then read for years: its age does not tell whether it is needed.

    A rule with the action Delete takes layers away whose links stay behind. The registry knows the image, its tag and
    its manifest, or not even that any more, and the pull ends with `blob unknown to registry`. Rules for versions that
    are not live, for other prefixes and for storage classes that no object here has do not count, and neither do
    rules that only change the class: at Google every class is read at once.

    Remove the rule, or restrict it by matchesPrefix to keys outside of the registry's root directory. Delete images
    through the registry and by garbage collection instead. Restore what is gone from soft delete, or by pushing the
    images again.
    """
    settings = access.bucket_settings
    if isinstance(settings, str):
        yield Unknown(settings)
        return
    for rule in settings.deleting:
        yield _fail(access, rule)
    if not settings.deleting:
        yield Pass(f"{settings.rules} lifecycle rules, and none deletes the registry's live objects")


def _fail(access: GcsAccess, rule: DeletingRule) -> Fail:
    bucket = short(access.bucket)
    prefixes = ", ".join(map(repr, rule.prefixes))
    keys = f"keys that begin with {short(prefixes)}" if rule.prefixes else "every key"
    said = (access.settings.quote(),) if access.settings is not None else ()
    return Fail(
        f"Lifecycle rule {rule.number} of {bucket} deletes objects ({short(rule.when)}), for {keys}: layers of images "
        "that are in use are lost",
        evidence=(access.named_by, *said),
        resource=f"{bucket}:rule {rule.number}",
        remedy=at_google(
            "Remove the rule, or restrict it to other prefixes. Write all rules out with the first command, and back, "
            "changed, from a file with `gcloud storage buckets update --lifecycle-file`:",
            gcloud("storage", "buckets", "describe", f"gs://{access.bucket}", "--format=json(lifecycle_config)"),
        ),
    )
