"""S3-29: the bucket takes no ACLs, and the registry sends one with each object."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_bucket import BucketSettings
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Endpoint, s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies import change

_CODE = "AccessControlListNotSupported"
_FOR_OTHERS = ("public-read", "public-read-write", "authenticated-read", "aws-exec-read")
"""Those that give somebody else than the owner a right; `private`, the default, and bucket-owner-full-control may be
taken, as they say what holds in such a bucket anyway."""


@check(
    title="The bucket takes the ACL that the registry sends",
    severity=Severity.CRITICAL,
    failure_modes=("S3-29",),
    symptoms=("AccessControlListNotSupported", "The bucket does not allow ACLs"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
)
def s3_acls_disabled(
    writes: S3Writes | Absent, bucket: BucketSettings | Absent, config: RegistryConfig, product: Product
) -> Outcome:
    """Buckets whose Object Ownership is "bucket owner enforced", the default since 2023, have no ACLs.

    A request that asks for one is refused with 400 `AccessControlListNotSupported: The bucket does not allow ACLs`, and
    so is every push. bucket-owner-full-control alone is taken, because it is what such a bucket does anyway.

    Set objectacl to bucket-owner-full-control; with GitLab's registry set objectownership to true and remove objectacl
    instead, so that no ACL is sent at all.
    """
    if isinstance(writes, Absent) or writes.unusable:
        return _by_settings(writes, bucket, config)
    tried = writes.of(Operation.PUT, Operation.START_UPLOAD, Operation.COPY)
    refused = [call for call in tried if call.code == _CODE]
    if not refused:
        failed = next((call for call in tried if not call.done), None)
        return Unknown(f"the store refuses it otherwise: {failed.quote().quote}") if failed else Pass("it takes it")
    return _fail(config, product, writes.endpoint, writes.evidence(*refused))


def _by_settings(writes: S3Writes | Absent, bucket: BucketSettings | Absent, config: RegistryConfig) -> Outcome:
    """What the bucket's Object Ownership says without writing: whether an ACL of the configuration is refused."""
    s3 = s3_parameters(config)
    acl = s3.value("objectacl") if s3 is not None else None
    sends = s3 is not None and not s3.flag("objectownership", default=False)
    enforced = not isinstance(bucket, Absent) and bucket.ownership == "BucketOwnerEnforced"
    if isinstance(bucket, BucketSettings) and enforced and sends and acl is not None and acl.text() in _FOR_OTHERS:
        quotes = (bucket.named_by, *bucket.quote_of("GetBucketOwnershipControls"))
        return _fail(config, Product(None), bucket.endpoint, quotes)
    if isinstance(writes, Absent):
        return Unknown(writes.reason) if writes.applicable else Skip(writes.reason)
    return Unknown(writes.unusable)


def _fail(config: RegistryConfig, product: Product, endpoint: S3Endpoint, quotes: tuple[Quote, ...]) -> Outcome:
    s3 = s3_parameters(config)
    if s3 is None:
        return Unknown("the configuration that names the bucket is not known")
    acl = s3.value("objectacl")
    setting = s3.setting("objectacl")
    gitlab = product.must_be(Generation.GITLAB) and acl is None
    remedy = (
        change(s3.setting("objectownership"), True, "Send no ACLs.", now=s3.value("objectownership"))
        if gitlab
        else change(setting, "bucket-owner-full-control", "Ask for the one ACL that such a bucket takes.", now=acl)
    )
    return Fail(
        f"{endpoint.bucket} takes no ACLs, and the registry sends {s3.written('objectacl') or 'private'} with "
        "each object: every push fails",
        evidence=(*quotes, *((acl.quote(),) if acl else ())),
        resource=setting,
        remedy=remedy,
    )
