"""The documents of a bucket, as Amazon's API reference writes them and as other stores do."""

from __future__ import annotations

import pytest

from regdoctor.formats.s3_documents import (
    LifecycleRule,
    ObjectLock,
    StoreError,
    error_code,
    is_document,
    read_encryption,
    read_error,
    read_lifecycle,
    read_lock,
    read_ownership,
    read_versioning,
)
from regdoctor.formats.xml_tree import NotXmlError


def test_an_error_is_told_with_its_region() -> None:
    told = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-1</Region></Error>"

    assert read_error(told) == StoreError("AuthorizationHeaderMalformed", "m", "eu-west-1")
    assert read_error(b"<html>no</html>") is None
    assert read_error(b"<Error/>") is None
    assert read_error(b"") is None


def test_versioning_is_on_only_where_it_is_enabled() -> None:
    assert read_versioning(b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
    assert not read_versioning(b"<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>")
    assert not read_versioning(b"<VersioningConfiguration/>")


def test_a_lock_is_told_with_its_default_retention() -> None:
    rule = "<Rule><DefaultRetention><Mode>COMPLIANCE</Mode>{}</DefaultRetention></Rule>"
    lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>{}</ObjectLockConfiguration>"

    assert read_lock(lock.format("").encode()) == ObjectLock(True)
    assert read_lock(lock.format(rule.format("<Days>3</Days>")).encode()) == ObjectLock(True, "COMPLIANCE", 3)
    assert read_lock(lock.format(rule.format("<Years>2</Years>")).encode()).days == 730


def test_ownership_and_encryption_are_told() -> None:
    owned = b"<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>"
    sealed = (
        b"<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms"
        b"</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>"
        b"</ServerSideEncryptionConfiguration>"
    )

    assert read_ownership(owned) == "ObjectWriter"
    assert read_encryption(sealed) == ("aws:kms", "k")
    assert read_encryption(b"<ServerSideEncryptionConfiguration/>") == ("", "")


def rules(*inner: str) -> bytes:
    """A lifecycle document."""
    whole = "".join(f"<Rule><Status>Enabled</Status>{one}</Rule>" for one in inner)
    return f"<LifecycleConfiguration>{whole}</LifecycleConfiguration>".encode()


@pytest.mark.parametrize(
    ("inner", "rule"),
    [
        ("<Expiration><Days>1</Days></Expiration>", LifecycleRule("", True, expires="after 1 day")),
        ("<Expiration><Date>2027-01-01</Date></Expiration>", LifecycleRule("", True, expires="on 2027-01-01")),
        (
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
            LifecycleRule("", True),
        ),
        ("<Prefix>old/</Prefix>", LifecycleRule("", True, prefix="old/")),
        ("<Filter><Prefix>a/</Prefix></Filter>", LifecycleRule("", True, prefix="a/")),
        (
            "<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key></Tag></And></Filter>",
            LifecycleRule("", True, prefix="a/", by_tag=True),
        ),
        ("<Filter><Tag><Key>k</Key></Tag></Filter>", LifecycleRule("", True, by_tag=True)),
        (
            "<Transition><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>",
            LifecycleRule("", True, archives="DEEP_ARCHIVE"),
        ),
        (
            "<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>",
            LifecycleRule("", True, drops_versions=True),
        ),
        (
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"
            "</AbortIncompleteMultipartUpload>",
            LifecycleRule("", True, aborts_after=7),
        ),
    ],
)
def test_a_rule_is_told_by_what_it_does(inner: str, rule: LifecycleRule) -> None:
    assert read_lifecycle(rules(inner)) == (rule,)


def test_a_thousand_rules_are_read_and_one_more_is_not() -> None:
    assert len(read_lifecycle(rules(*["<ID>x</ID>"] * 1000))) == 1000
    with pytest.raises(NotXmlError, match="more than 1000"):
        read_lifecycle(rules(*["<ID>x</ID>"] * 1001))


def test_a_document_of_another_name_is_none() -> None:
    for read in (read_versioning, read_lock, read_ownership, read_encryption, read_lifecycle):
        with pytest.raises(NotXmlError, match="a document called 'html'"):
            read(b"<html/>")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
        (
            b"<DeleteResult><Deleted/><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>",
            "AccessDenied",
        ),
        (b"<Error><Code>\x1b[2J</Code></Error>", ""),
        (b"<Error><Code>two words</Code></Error>", ""),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><Error><Code>AccessDenied</Code></Error>", ""),
        (b"<Error><Code>AccessDenied</Code>", ""),
        (b"<CopyObjectResult/>", ""),
    ],
)
def test_the_code_of_an_error_is_read_wherever_a_store_may_write_it(body: bytes, code: str) -> None:
    assert error_code(body) == code


def test_a_document_is_one_only_as_a_whole() -> None:
    assert is_document(b"<ListBucketResult/>", "A", "ListBucketResult")
    assert not is_document(b"<ListBucketResult>", "ListBucketResult")
    assert not is_document(b"<html>ListBucketResult</html>", "ListBucketResult")
