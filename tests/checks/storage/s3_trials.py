"""What an S3 store answers to a trial of writing."""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.check import Quote
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.s3_access import S3Call
from regdoctor.evidence.s3_writes import S3Writes
from regdoctor.formats.s3_parameters import S3Endpoint

SAID = Quote("/etc/docker/registry/config.yml", "storage.s3.accesskey: [redacted accesskey]", 9)
ORDER = (
    Operation.PUT,
    Operation.HEAD,
    Operation.GET,
    Operation.START_UPLOAD,
    Operation.PUT_PART,
    Operation.LIST_UPLOADS,
    Operation.LIST_PARTS,
    Operation.COMPLETE,
    Operation.COPY,
    Operation.COPY_PART,
    Operation.ABORT,
    Operation.DELETE,
)
Answer = tuple[int, str, str]
"""Status (0: no answer), error code, message."""
DENIED: Answer = (403, "AccessDenied", "Access Denied")
_DOCUMENTS = {
    Operation.START_UPLOAD: "InitiateMultipartUploadResult",
    Operation.LIST_UPLOADS: "ListMultipartUploadsResult",
    Operation.LIST_PARTS: "ListPartsResult",
    Operation.COMPLETE: "CompleteMultipartUploadResult",
    Operation.COPY: "CopyObjectResult",
    Operation.COPY_PART: "CopyPartResult",
    Operation.DELETE: "DeleteResult",
}
"""What answers a call that was done."""
GATEWAY: Answer = (502, "", "Bad Gateway")


def trial(
    answers: Mapping[Operation, Answer] | None = None,
    *,
    without: tuple[Operation, ...] = (),
    url: str = "https://s3.example.com",
    root: str = "",
    leftover: str = "",
) -> S3Writes:
    """All calls but those in `without`, done but for those in `answers`."""
    endpoint = S3Endpoint(url, "us-east-1", "bucket", path_style=True, root=root)
    calls = [_call(one, endpoint, (answers or {}).get(one, (200, "", ""))) for one in ORDER if one not in without]
    return S3Writes(endpoint, tuple(calls), not leftover, leftover, SAID)


def _call(operation: Operation, endpoint: S3Endpoint, answer: Answer) -> S3Call:
    status, code, message = answer
    if (status, message) == (200, "") and operation in _DOCUMENTS:
        message = f"<{_DOCUMENTS[operation]}/>"
    key = f"{endpoint.registry_prefix}repositories/regdoctor-trial/_uploads/1/data"
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode() if code else message.encode()
    failure = None if status else Failure(FailureKind.REFUSED, "s3.example.com:443: connection refused")
    exchange = Exchange("PUT", f"{endpoint.bucket_url}/{key}", status=status or None, body=body, failure=failure)
    return S3Call(operation, Area.UPLOADS, key, exchange, code)
