"""S3-29: the bucket takes no ACLs, and the registry sends one with each object."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_writes import S3Writes, is_done
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.remedies import change

_CODE = "AccessControlListNotSupported"


@check(
    title="The bucket takes the ACL that the registry sends",
    severity=Severity.CRITICAL,
    failure_modes=("S3-29",),
    symptoms=("AccessControlListNotSupported", "The bucket does not allow ACLs"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
)
def s3_acls_disabled(writes: S3Writes, config: RegistryConfig, product: Product) -> Outcome:
    """Buckets whose Object Ownership is "bucket owner enforced", the default since 2023, have no ACLs.

    A request that asks for one is refused with 400 `AccessControlListNotSupported: The bucket does not allow ACLs`, and
    so is every push. bucket-owner-full-control alone is taken, because it is what such a bucket does anyway.

    Set objectacl to bucket-owner-full-control; with GitLab's registry set objectownership to true and remove objectacl
    instead, so that no ACL is sent at all.
    """
    if writes.unusable:
        return Unknown(writes.unusable)
    tried = writes.of(Operation.PUT, Operation.START_UPLOAD, Operation.COPY)
    refused = [call for call in tried if call.code == _CODE]
    if not refused:
        failed = next((call for call in tried if not is_done(call)), None)
        return Unknown(f"the store refuses it otherwise: {failed.quote().quote}") if failed else Pass("it takes it")
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
        f"{writes.endpoint.bucket} takes no ACLs, and the registry sends {s3.written('objectacl') or 'private'} with "
        "each object: every push fails",
        evidence=(*writes.evidence(*refused), *((acl.quote(),) if acl else ())),
        resource=setting,
        remedy=remedy,
    )
