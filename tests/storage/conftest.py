"""What a store answers to the registry's identity, made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regdoctor.check import Quote
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.distribution.s3_trials import TRIED
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint

ENDPOINT = S3Endpoint("https://s3.example.com", "us-east-1", "reg", path_style=True, root="team/")
BODIES = {
    Operation.LIST: b"<ListBucketResult/>",
    Operation.LOCATION: b"<LocationConstraint/>",
    Operation.LIST_UPLOADS: b"<ListMultipartUploadsResult/>",
}
Refuse = Callable[..., S3Access]


def call(operation: Operation, area: Area, status: int = 200, code: str = "", *, exists: bool = True) -> S3Call:
    """One call with its answer."""
    method = "HEAD" if operation in (Operation.HEAD, Operation.PRESIGNED_HEAD) else "GET"
    body = BODIES.get(operation, b"x") if status == 200 else f"<Error><Code>{code}</Code></Error>".encode()
    exchange = Exchange(method, f"{ENDPOINT.bucket_url}/key", status=status, body=body)
    return S3Call(operation, area, "key", exchange, "" if method == "HEAD" else code, exists)


@pytest.fixture
def refusing() -> Refuse:
    """The access where these calls are answered 403 AccessDenied, and all others allowed."""

    def make(*refused: tuple[Operation, Area], exists: bool = True) -> S3Access:
        denied = (403, "AccessDenied")
        every = [call(*one, *(denied if one in refused else (200, "")), exists=exists) for one in TRIED]
        named = Quote("/etc/docker/registry/config.yml", "storage.s3.accesskey: [redacted accesskey]", 9)
        return S3Access(ENDPOINT, named, tuple(every[:7]), tuple(every[7:]))

    return make
