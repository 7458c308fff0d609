"""The XML documents by which an S3 store tells of a bucket (Amazon S3 API Reference), and those of its errors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.formats.xml_tree import Element, NotXmlError, parse_xml

_MOST_RULES = 1000
"""What S3 takes in one lifecycle configuration (PutBucketLifecycleConfiguration)."""
_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
"""Storage classes whose objects cannot be read until somebody restores them (S3 User Guide, storage classes)."""
_DAYS_OF_A_YEAR = 365
_CODE = re.compile(r"[A-Za-z0-9.]{1,80}")


@dataclass(frozen=True, slots=True)
class StoreError:
    """An error document (S3 API, REST Error Responses)."""

    code: str
    message: str = ""
    region: str = ""
    """What AuthorizationHeaderMalformed expects."""
    endpoint: str = ""
    """Where PermanentRedirect and TemporaryRedirect send one."""
    server_time: str = ""
    """What RequestTimeTooSkewed tells of the store's clock: `2026-11-23T22:00:00Z`."""


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """One rule of a lifecycle configuration."""

    name: str
    """Its ID; empty where it has none."""
    enabled: bool
    prefix: str = ""
    """Of the keys that it is for; empty: all."""
    by_tag: bool = False
    """Whether it is for objects with a tag, which a registry gives to none."""
    expires: str = ""
    """When it deletes objects, for people: `after 30 days`; empty where it deletes none."""
    archives: str = ""
    """To which class without reading it moves objects; empty where to none."""
    drops_versions: bool = False
    """Whether it deletes versions that are no longer current."""
    aborts_after: int | None = None
    """Days after which it aborts an upload in parts; None where it aborts none."""


@dataclass(frozen=True, slots=True)
class ObjectLock:
    """A bucket's object lock."""

    enabled: bool
    mode: str = ""
    """Of the default retention: `GOVERNANCE` or `COMPLIANCE`; empty where there is no default."""
    days: int = 0
    """Of the default retention."""


def read_error(body: bytes) -> StoreError | None:
    """The error that `body` tells; None where it is no error document."""
    try:
        root = parse_xml(body)
    except NotXmlError:
        return None
    if root.name != "Error" or not root.said("Code"):
        return None
    names = ("Code", "Message", "Region", "Endpoint", "ServerTime")
    return StoreError(*(root.said(name) for name in names))


def error_code(body: bytes) -> str:
    """The code of the error that `body` tells; empty where it is none, or no code that a store has.

    It may stand in an answer of status 200: as its only content, or for one key, as in a DeleteResult (S3 API).
    """
    if b"Error" not in body:
        return ""  # most answers have none, and need not be read
    try:
        root = parse_xml(body)
    except NotXmlError:
        return ""
    code = root.said("Code") if root.name == "Error" else root.said("Error", "Code")
    return code if _CODE.fullmatch(code) else ""


def is_document(body: bytes, *names: str) -> bool:
    """Whether it is a whole document by one of these names: no page of somebody else, and not one without an end."""
    try:
        return parse_xml(body).name in names
    except NotXmlError:
        return False


def read_versioning(body: bytes) -> bool:
    """Whether versions are kept: Status is Enabled. moto calls the document after the call.

    Raises NotXmlError for another document.
    """
    return _document(body, "VersioningConfiguration", "GetBucketVersioningResponse").said("Status") == "Enabled"


def read_lock(body: bytes) -> ObjectLock:
    """The object lock. Raises NotXmlError for another document."""
    root = _document(body, "ObjectLockConfiguration")
    kept = root.at("Rule", "DefaultRetention")
    if kept is None:
        return ObjectLock(root.said("ObjectLockEnabled") == "Enabled")
    days = _number(kept.said("Days")) or (_number(kept.said("Years")) or 0) * _DAYS_OF_A_YEAR
    return ObjectLock(root.said("ObjectLockEnabled") == "Enabled", kept.said("Mode"), days)


def read_ownership(body: bytes) -> str:
    """`BucketOwnerEnforced`, under which there are no ACLs, or another; empty where there is no rule.

    Raises NotXmlError for another document.
    """
    return _document(body, "OwnershipControls").said("Rule", "ObjectOwnership")


def read_encryption(body: bytes) -> tuple[str, str]:
    """The algorithm that objects get by default (`AES256`, `aws:kms`) and the key's name; empty where there is none.

    Raises NotXmlError for another document.
    """
    root = _document(body, "ServerSideEncryptionConfiguration")
    default = root.at("Rule", "ApplyServerSideEncryptionByDefault")
    return (default.said("SSEAlgorithm"), default.said("KMSMasterKeyID")) if default is not None else ("", "")


def read_lifecycle(body: bytes) -> tuple[LifecycleRule, ...]:
    """The rules, of which a store takes 1,000 at most. Raises NotXmlError for another document, or one with more."""
    rules = tuple(_document(body, "LifecycleConfiguration").all("Rule"))
    if len(rules) > _MOST_RULES:
        raise NotXmlError(f"more than {_MOST_RULES} lifecycle rules")
    return tuple(map(_rule, rules))


def _document(body: bytes, *names: str) -> Element:
    root = parse_xml(body)
    if root.name not in names:
        raise NotXmlError(f"a document called {root.name[:40]!r}, not {names[0]}")
    return root


def _rule(rule: Element) -> LifecycleRule:
    conditions = rule.at("Filter", "And") or rule.at("Filter") or rule
    classes = {one.said("StorageClass") for one in rule.all("Transition")}
    return LifecycleRule(
        name=rule.said("ID"),
        enabled=rule.said("Status") == "Enabled",
        prefix=conditions.said("Prefix"),
        by_tag=conditions.at("Tag") is not None,
        expires=_when(rule.at("Expiration")),
        archives=next((name for name in _ARCHIVES if name in classes), ""),
        drops_versions=rule.at("NoncurrentVersionExpiration") is not None,
        aborts_after=_number(rule.said("AbortIncompleteMultipartUpload", "DaysAfterInitiation")),
    )


def _when(expiration: Element | None) -> str:
    """ExpiredObjectDeleteMarker alone deletes no object (LifecycleExpiration)."""
    if expiration is None:
        return ""
    days, date = expiration.said("Days"), expiration.said("Date")
    if days:
        return f"after {days} day{'' if days == '1' else 's'}"
    return f"on {date}" if date else ""


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
