"""The statement that a policy lacks, to paste into the policy of the registry's identity."""

from __future__ import annotations

import json
from collections.abc import Iterable

from regdoctor.check import Remedy
from regdoctor.formats.s3_parameters import S3Endpoint

_BUCKETS_OWN = frozenset({"s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"})
"""Actions on the bucket itself; all others are on its objects (AWS Service Authorization Reference, Amazon S3)."""


def grant(endpoint: S3Endpoint, actions: Iterable[str], why: str = "") -> Remedy:
    """Allow these actions on the bucket and its objects, whichever they are of; `why` is a sentence that goes first."""
    wanted = sorted(set(actions))
    of_bucket = [action for action in wanted if action in _BUCKETS_OWN]
    of_objects = [action for action in wanted if action not in _BUCKETS_OWN]
    pairs = ((of_objects, f"{endpoint.arn}/{endpoint.root}*"), (of_bucket, endpoint.arn))
    text = (
        "Add what stands below to the statements of the policy of the registry's identity; no restart is needed. (Look "
        "for a Deny or a condition on the prefix, in the bucket's policy too, if it is there already.)"
    )
    return Remedy(
        f"{why} {text}".strip(),
        tuple(_statement(actions, resource) for actions, resource in pairs if actions),
    )


def grant_key(endpoint: S3Endpoint, key: str) -> Remedy:
    """Allow what S3 does with a KMS key in the identity's name; `key`: its ARN, or empty where it is not known."""
    text = (
        "Add this statement to the policy of the registry's identity, and see that the key's own policy lets that "
        "account use it; no restart is needed."
    )
    if not key:
        text += f" Put the ARN of the key of {endpoint.bucket} in the place of the star."
    return Remedy(text, (_statement(["kms:GenerateDataKey", "kms:Decrypt"], key or "*"),))


def _statement(actions: list[str], resource: str) -> str:
    return json.dumps({"Effect": "Allow", "Action": actions, "Resource": resource})
