"""What an S3 store answers to the registry's identity."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.s3_access import S3Access, S3Call
from regdoctor.formats.s3_parameters import S3Endpoint

URL = "https://s3.example.com/bucket"
SAID = Quote("/etc/docker/registry/config.yml", "storage.s3.accesskey: [redacted accesskey]", 9)
Answer = tuple[int, str]
"""Status, and error code or another body."""


def _call(action: str, area: str, answer: Answer, *, exists: bool) -> S3Call:
    status, code = answer
    body = b"<ListBucketResult/>" if (action, status, code) == ("LIST", 200, "") else b""
    if code.startswith("<"):
        body, code = code.encode(), ""
    elif code and action != "HEAD":
        body = f"<Error><Code>{code}</Code></Error>".encode()
    shown = "" if action == "HEAD" else code
    failure = Failure(FailureKind.REFUSED, "s3.example.com:443: connection refused") if status == 0 else None
    method = "HEAD" if action == "HEAD" else "GET"
    key = f"docker/registry/v2/{area}/" if area else ""
    exchange = Exchange(method, f"{URL}/{key}", status=status or None, body=body, failure=failure)
    return S3Call(action, area, key, exchange, shown, exists)


Store = Callable[..., S3Access]


@pytest.fixture
def store() -> Store:
    """Make the calls that the probe makes; `answers` are those that differ from a store that grants everything."""

    def make(
        answers: Mapping[str, Answer] | None = None, *, empty: bool = False, region: str = "us-east-1"
    ) -> S3Access:
        given = answers or {}
        missing = {"HEAD": (404, ""), "GET": (404, "NoSuchKey")}
        healthy = {"LIST": (200, ""), "HEAD": (200, ""), "GET": (206, "")} | (missing if empty else {})
        calls = []
        for area in ("", "blobs", "repositories"):
            for action in ("LIST",) if not area else ("LIST", "HEAD", "GET"):
                answer = next(
                    (given[name] for name in (f"{action} {area}", action, "*") if name in given), healthy[action]
                )
                calls.append(_call(action, area, answer, exists=not empty))
        endpoint = S3Endpoint("https://s3.example.com", region, "bucket", path_style=True, root="")
        return S3Access(endpoint, SAID, tuple(calls))

    return make
