"""What the registry's own identity may write and remove in its bucket: each call, with the store's answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.s3_access import PERMISSION_CODES, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint

_KMS = re.compile(rb"\bkms:[A-Za-z]")
_ACTION = re.compile(r"not authorized to perform: ((?:s3|kms):[A-Za-z]{3,40})\b")
"""How Amazon names what is missing (S3 API since 2024, enhanced access denied messages)."""


@dataclass(frozen=True, slots=True)
class S3Writes:
    """The calls of one trial below a prefix of its own, in their order; what could not be tried for an earlier refusal
    is not among them."""

    endpoint: S3Endpoint
    calls: tuple[S3Call, ...]
    removed: bool
    """Whether nothing of the trial is in the bucket any more, as far as the store's answers tell."""
    leftover: str = ""
    """What is left and why, in half a sentence; also said of versions that the bucket keeps of what is removed."""
    access_key_named_by: Quote | None = None
    """The setting that names the access key."""

    def call(self, operation: Operation) -> S3Call | None:
        """The call of an operation; None where it was not tried."""
        return next((call for call in self.calls if call.action == operation), None)

    def of(self, *operations: Operation) -> tuple[S3Call, ...]:
        """The calls of these operations that were tried."""
        return tuple(call for call in self.calls if call.action in operations)

    @property
    def unusable(self) -> str:
        """Why the answers say nothing at all; empty where they do."""
        first = self.calls[0] if self.calls else None
        if first is None:
            return "no call was tried"
        if first.exchange.failure is not None:
            return f"the object store could not be asked: {first.exchange.failure.message}"
        return ""

    def evidence(self, *calls: S3Call) -> tuple[Quote, ...]:
        """The setting that names the key, and the calls."""
        return (*((self.access_key_named_by,) if self.access_key_named_by else ()), *(call.quote() for call in calls))


def lacks_permission(call: S3Call) -> bool:
    """Whether the store itself says that the identity may not do it, and the key of KMS is not the reason.

    DeleteObjects, CopyObject and CompleteMultipartUpload may say so in an answer of status 200 (S3 API).
    """
    return call.exchange.status in (200, 403) and call.code in PERMISSION_CODES and not is_about_key(call)


def is_about_key(call: S3Call) -> bool:
    """Whether the use of an encryption key was refused: the message names an action of KMS, or the code does."""
    if call.code.startswith("KMS."):
        return True
    return call.code in PERMISSION_CODES and _KMS.search(call.exchange.body) is not None


def named_action(call: S3Call) -> str:
    """The IAM action that the store itself names as missing (`s3:PutObjectAcl`); empty where it names none."""
    found = _ACTION.search(call.exchange.text())
    return found.group(1) if found else ""
