"""What the registry's S3 driver asks of its bucket, which permission each call takes, and what fails without it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.registry_uses import Area as Area
from regdoctor.distribution.registry_uses import Use as Use


class Operation(enum.StrEnum):
    """A call of the S3 API, by a short name; `api_name` is that of the API."""

    LIST = "LIST"
    LOCATION = "LOCATION"
    LIST_UPLOADS = "LIST UPLOADS"
    HEAD = "HEAD"
    GET = "GET"
    PUT = "PUT"
    COPY = "COPY"
    START_UPLOAD = "START UPLOAD"
    PUT_PART = "PUT PART"
    COPY_PART = "COPY PART"
    LIST_PARTS = "LIST PARTS"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    DELETE = "DELETE"
    PRESIGNED_HEAD = "PRESIGNED HEAD"
    """As a client makes it, that the registry has sent on: without credentials of its own."""
    PRESIGNED_GET = "PRESIGNED GET"

    @property
    def api_name(self) -> str:
        """The name in the S3 API reference: `HeadObject`."""
        return _API_NAMES[self]

    @property
    def writes(self) -> bool:
        """Whether it changes what is in the bucket."""
        return self in _WRITING


@dataclass(frozen=True, slots=True)
class Need:
    """One call that the driver makes somewhere."""

    operation: Operation
    area: Area
    uses: tuple[Use, ...]
    """What fails where it is refused; empty where nothing does: see `why`."""
    why: str
    """What the registry does by it, in words that follow "the registry"; where nothing fails, what it comes to."""
    generations: tuple[Generation, ...] = tuple(Generation)
    """The products that make it; the others do without."""


def action_of(operation: Operation) -> tuple[str, ...]:
    """The IAM actions that a call takes (AWS Service Authorization Reference, Amazon S3): `s3:PutObject`.

    No action is called CreateMultipartUpload or HeadObject: uploads in parts are s3:PutObject, HEAD is s3:GetObject.
    A copy takes both.
    """
    return _ACTIONS[operation]


def statement(actions: str | Sequence[str], arn: str, prefix: str = "") -> dict[str, Any]:
    """The statement of an IAM policy that grants these actions.

    arn: the bucket's, as `S3Endpoint.arn` gives it; prefix: of the keys, empty for all. Raises ValueError for actions
    on the bucket and actions on its objects together: no resource is right for both.
    """
    named = (actions,) if isinstance(actions, str) else tuple(dict.fromkeys(actions))
    if len({action in BUCKET_ACTIONS for action in named}) != 1:
        raise ValueError(f"not of one kind of resource: {named}")
    resource = arn if named[0] in BUCKET_ACTIONS else f"{arn}/{prefix}*"
    return {"Effect": "Allow", "Action": named[0] if len(named) == 1 else list(named), "Resource": resource}


def statements(actions: Iterable[str], arn: str, prefix: str = "") -> list[dict[str, Any]]:
    """The statements that grant these actions, at most one for the bucket and one for its objects."""
    named = dict.fromkeys(actions)
    kinds = ([one for one in named if one in BUCKET_ACTIONS], [one for one in named if one not in BUCKET_ACTIONS])
    return [statement(kind, arn, prefix) for kind in kinds if kind]


def key_statement(key: str, partition: str = "aws") -> dict[str, Any]:
    """The statement for the KMS key of `keyid`: its ARN, its ID or an alias (AWS KMS, Using IAM policies).

    Resources are keys and never aliases, so an alias is a condition; account and region of a bare ID are not known.
    """
    name = key.rpartition(":")[2] if key.startswith("arn:") else key
    granted: dict[str, Any] = {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"]}
    if name.startswith("alias/"):
        where = key.rpartition(":")[0] if key.startswith("arn:") else f"arn:{partition}:kms:*:*"
        named = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}
        return {**granted, "Resource": f"{where}:key/*", "Condition": named}
    return {**granted, "Resource": key if key.startswith("arn:") else f"arn:{partition}:kms:*:*:key/{key}"}


def registry_folder(root: str) -> str:
    """The prefix of every key that a registry of any make keeps; root: that of `rootdirectory`, ending in a slash.

    GitLab's registry keeps docker/registry/lockfiles beside docker/registry/v2.
    """
    return f"{root}docker/registry/"


def minimal_policy(arn: str, root: str = "", kms: str = "") -> dict[str, Any]:
    """The whole policy that a registry of any make needs, reads and writes, and no more.

    arn: the bucket's; root: the key prefix of `rootdirectory`, empty or ending in a slash; kms: the key of `keyid`
    where `encrypt` is on, else empty. Listing is granted on the whole bucket: the health check of distribution lists
    its root, and distribution 3 is refused where a condition on s3:prefix stands (distribution/distribution#4321).
    """
    # The location is what the drivers' documentation names, and none of them asks for.
    asked = (operation for operation in Operation if operation is not Operation.LOCATION)
    every = [action for operation in asked for action in action_of(operation)]
    granted = statements(every, arn, registry_folder(root))
    if kms:
        granted.append(key_statement(kms, arn.split(":")[1]))
    return {"Version": "2012-10-17", "Statement": granted}


BUCKET_ACTIONS = frozenset(("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"))
"""Those whose resource is the bucket; the others' are its objects (AWS Service Authorization Reference, Amazon S3)."""

_ACTIONS = {
    Operation.LIST: ("s3:ListBucket",),
    Operation.LOCATION: ("s3:GetBucketLocation",),
    Operation.LIST_UPLOADS: ("s3:ListBucketMultipartUploads",),
    Operation.HEAD: ("s3:GetObject",),
    Operation.GET: ("s3:GetObject",),
    Operation.PUT: ("s3:PutObject",),
    Operation.COPY: ("s3:GetObject", "s3:PutObject"),
    Operation.START_UPLOAD: ("s3:PutObject",),
    Operation.PUT_PART: ("s3:PutObject",),
    Operation.COPY_PART: ("s3:GetObject", "s3:PutObject"),
    Operation.LIST_PARTS: ("s3:ListMultipartUploadParts",),
    Operation.COMPLETE: ("s3:PutObject",),
    Operation.ABORT: ("s3:AbortMultipartUpload",),
    Operation.DELETE: ("s3:DeleteObject",),
    Operation.PRESIGNED_HEAD: ("s3:GetObject",),
    Operation.PRESIGNED_GET: ("s3:GetObject",),
}
_API_NAMES = {
    Operation.LIST: "ListObjects",
    Operation.LOCATION: "GetBucketLocation",
    Operation.LIST_UPLOADS: "ListMultipartUploads",
    Operation.HEAD: "HeadObject",
    Operation.GET: "GetObject",
    Operation.PUT: "PutObject",
    Operation.COPY: "CopyObject",
    Operation.START_UPLOAD: "CreateMultipartUpload",
    Operation.PUT_PART: "UploadPart",
    Operation.COPY_PART: "UploadPartCopy",
    Operation.LIST_PARTS: "ListParts",
    Operation.COMPLETE: "CompleteMultipartUpload",
    Operation.ABORT: "AbortMultipartUpload",
    Operation.DELETE: "DeleteObjects",
    Operation.PRESIGNED_HEAD: "HeadObject by a presigned URL",
    Operation.PRESIGNED_GET: "GetObject by a presigned URL",
}
_WRITING = frozenset(
    (
        Operation.PUT,
        Operation.COPY,
        Operation.START_UPLOAD,
        Operation.PUT_PART,
        Operation.COPY_PART,
        Operation.COMPLETE,
        Operation.ABORT,
        Operation.DELETE,
    )
)
