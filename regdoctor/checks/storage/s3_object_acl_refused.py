"""S3-29: the driver does not take the ACL that new objects are to get."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.remedies import change, remove

_CANNED = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)
"""validObjectACLs of registry/storage/driver/s3-aws/s3.go; GitLab's registry takes those of the AWS SDK, the same."""
_PUBLIC = ("public-read", "public-read-write")


@check(
    title="The ACL of new S3 objects is one that the driver takes, and is private",
    severity=Severity.CRITICAL,
    failure_modes=("S3-29",),
    symptoms=("invalid value for objectacl parameter", "object ACL parameter should"),
    explains=("registry_unreachable", "s3_acls_disabled"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_object_acl_refused(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """objectacl is the canned ACL that the registry asks for with each object; without it, it is private.

    With any other word than Amazon's canned ACLs, written in small letters, the registry stops at its start: `invalid
    value for objectacl parameter`. GitLab's registry stops as well where objectacl stands beside objectownership: true,
    because a bucket that enforces its owner takes no ACLs. And public-read gives every layer of every image to whoever
    knows or guesses its address.

    Take objectacl away, or write one of the canned ACLs; for a bucket of another account bucket-owner-full-control.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    acl = s3.section.at("objectacl")
    if acl is None or acl.decided().value is None:
        yield Pass("new objects are private")
        return
    setting, text = s3.setting("objectacl"), acl.text() or ""
    if text not in _CANNED:
        near = text.lower() if text.lower() in _CANNED else "private"
        yield Fail(
            f"objectacl is {text!r}, which is none of Amazon's canned ACLs: the registry does not start",
            remedy=change(setting, near, "Ask for a canned ACL.", now=acl),
            evidence=(acl.quote(),),
            resource=setting,
        )
        return
    owner = s3.value("objectownership")
    if owner is not None and s3.flag("objectownership", default=False) and product.may_be(Generation.GITLAB):
        if not product.must_be(Generation.GITLAB):
            yield Unknown(f"GitLab's registry refuses objectacl beside objectownership, and {product.reason}")
            return
        yield Fail(
            f"objectacl is {text} while objectownership is true: {product.words()} does not start",
            remedy=remove(setting, "A bucket that enforces its owner takes no ACLs."),
            evidence=(acl.quote(), owner.quote(), *product.evidence),
            resource=setting,
        )
        return
    if text in _PUBLIC:
        yield Fail(
            f"objectacl is {text}: everybody may read every layer at the store, whatever the registry asks for",
            remedy=change(
                setting, "private", "Let new objects be private; those that are there keep their ACL.", now=acl
            ),
            evidence=(acl.quote(),),
            resource=setting,
        )
        return
    yield Pass(f"new objects get the ACL {text}")
