"""S3-33: the bucket has images, and not where the registry looks for them."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.s3_bucket import BucketSettings, Kept
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change, remove

_TREE = "docker/registry/v2/"


@check(
    title="The images in the bucket are where the registry looks for them",
    severity=Severity.WARNING,
    failure_modes=("S3-33",),
    symptoms=("repository name not known to registry", "manifest unknown"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_objects_elsewhere(bucket: BucketSettings, config: RegistryConfig) -> Outcome:
    """The registry keeps all it has below ROOTDIRECTORY/docker/registry/v2/, and looks nowhere else in its bucket.

    After a migration the objects often lie one folder higher or lower than rootdirectory says, or their keys begin
    with a slash, which the registry's never do. The registry is healthy then and simply empty: no repository in the
    catalog, 404 to each pull. A new registry that shares a bucket with another one looks the same: then all is well.

    Set rootdirectory to the folder that holds `docker`, or remove it where `docker` lies at the bucket's root. Copy
    objects whose keys begin with a slash to keys without it.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    if bucket.unanswered:
        return Unknown(bucket.unanswered)
    if bucket.any_inside is None:
        return Unknown("the listing of the registry's own folder did not end")
    if bucket.any_inside:
        return Pass(f"there are objects below {short(bucket.endpoint.registry_prefix)}")
    if not bucket.elsewhere:
        return Pass("nothing is stored yet, and no other folder looks like a registry's")
    found, now = bucket.elsewhere[0], parameters.value("rootdirectory")
    said = now.quote() if now is not None else Quote(config.source, "rootdirectory is not set")
    return Fail(
        f"Nothing is below {short(bucket.endpoint.registry_prefix)}, where the registry looks, and there are images "
        f"below {short(found.prefix)}: unless they are another registry's, every pull answers 404",
        evidence=(said, *bucket.quote_of("ListObjects"), *(kept.quote for kept in bucket.elsewhere)),
        resource=parameters.setting("rootdirectory"),
        remedy=_remedy(parameters, found, bucket),
    )


def _remedy(parameters: S3Parameters, found: Kept, bucket: BucketSettings) -> Remedies:
    folder = found.prefix.removesuffix(_TREE)
    setting, now = parameters.setting("rootdirectory"), parameters.value("rootdirectory")
    if folder.startswith("/"):
        return {
            Dialect.PLAIN: Remedy(
                f"Copy the objects below {short(found.prefix)} of {short(bucket.endpoint.bucket)} to keys without the "
                "slash at their beginning: the registry's keys never have one, whatever rootdirectory says."
            )
        }
    if not folder:
        return remove(setting, "If these are this registry's images, let it look at the bucket's root.")
    why = "If these are this registry's images, name the folder that they are in."
    return change(setting, f"/{folder.rstrip('/')}", why, now=now)
