"""The statement that a policy lacks, to paste into the policy of the registry's identity."""

from __future__ import annotations

import json
from collections.abc import Iterable

from regdoctor.check import Remedy
from regdoctor.distribution.s3_operations import registry_folder, statements
from regdoctor.formats.s3_parameters import S3Endpoint


def grant(endpoint: S3Endpoint, actions: Iterable[str], why: str = "") -> Remedy:
    """Allow these actions on the bucket and the registry's objects, whichever they are of; `why` goes first."""
    granted = statements(sorted(set(actions)), endpoint.arn, registry_folder(endpoint.root))
    text = (
        "Add what stands below to the statements of the policy of the registry's identity; no restart is needed. (Look "
        "for a Deny or a condition on the prefix, in the bucket's policy too, if it is there already.)"
    )
    return Remedy(
        f"{why} {text}".strip(),
        tuple(json.dumps(statement) for statement in granted),
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
