"""S3-41, FS-05: objects that stand for folders, which the registry takes for a tag without a name."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings, Untold
from regdoctor.foreign_text import short
from regdoctor.remedies.object_store import in_the_store, s3api

_SHOWN = 5


@check(
    title="The bucket has no objects that stand for folders",
    severity=Severity.WARNING,
    failure_modes=("S3-41", "FS-05"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def s3_folder_objects(bucket: BucketSettings) -> Outcome:
    """S3 has no folders. AWS DataSync, and consoles of stores, make empty objects whose keys end in a slash for them.

    A registry makes none, and takes one for something without a name: GitLab shows a tag with an empty name, which
    cannot be deleted, and listings of tags fail.

    Delete each of these objects by itself, with the slash at its end, and never recursively: what lies below the same
    name are the images. Copy with `aws s3 sync` next time, which leaves them behind.
    """
    if bucket.unanswered:
        return Unknown(bucket.unanswered)
    if isinstance(bucket.inside, Untold):
        return Unknown(bucket.inside.reason)
    kept = bucket.inside
    folders = [key for key in kept.keys if key.startswith(kept.prefix) and key.endswith("/")]
    if not folders:
        if kept.whole:
            return Pass(f"none of {len(kept.keys)} keys stands for one")
        return Pass(f"none of the first {len(kept.keys)} keys stands for one; the others were not looked at")
    names = ", ".join(map(short, folders[:_SHOWN]))
    more = f" and {len(folders) - _SHOWN} more" if len(folders) > _SHOWN else ""
    among = "" if kept.whole else f", among the first {len(kept.keys)} keys"
    return Fail(
        f"{len(folders)} objects stand for folders{among}: {names}{more}; the registry takes them for tags without a "
        "name",
        evidence=(bucket.named_by, kept.quote),
        resource=short(bucket.endpoint.bucket),
        remedy=in_the_store(
            "Delete each of these objects alone, after a look at its size, which must be 0; never delete recursively "
            "here, and keep the slash at the end:",
            *(s3api(bucket.endpoint, "delete-object", "--key", key) for key in folders[:_SHOWN] if key.isprintable()),
        ),
    )
