"""A client that shows the bucket what is meant for the registry."""

from __future__ import annotations

import pytest

from regdoctor.check import Severity
from regdoctor.checks.clients.authorization_sent_to_bucket import authorization_sent_to_bucket
from regdoctor.evidence.recorded import Shown
from regdoctor.evidence.traffic import Traffic as Evidence
from tests.checks.conftest import Given
from tests.evidence.token_traffic import Traffic

_LINK = (
    f"https://b.s3.amazonaws.com/docker/registry/v2/blobs/sha256/aa/{'a' * 64}/data"
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=[redacted]"
)
_XML = b"<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"


def _sent(status: int, content: bytes = b"", *, login: bool = True) -> Traffic:
    seen = Traffic()
    seen.ask(f"GET /v2/a/blobs/sha256:{'a' * 64}", 307, ("Location", _LINK))
    shown = Shown("Bearer", "a" * 12) if login else None
    kind = ("Content-Type", "application/xml")
    seen.ask(f"GET {_LINK}", status, kind, content=content, shown=shown, agent="renovate/37 (x)")
    return seen


def test_the_bucket_refuses_two_ways_of_authentication() -> None:
    fail = _sent(400, _XML).only("authorization_sent_to_bucket").fail

    assert fail.message.startswith("renovate/37 sends its Authorization header (Bearer) to the S3 bucket")
    assert fail.severity is None
    assert any("Only one auth mechanism" in quote.quote for quote in fail.evidence)


def test_a_bucket_that_takes_it_was_shown_a_token_all_the_same() -> None:
    assert _sent(200).only("authorization_sent_to_bucket").fail.severity is Severity.INFO


@pytest.mark.parametrize("status", [200, 404])
def test_a_client_that_follows_the_link_alone_is_healthy(status: int) -> None:
    assert "authorization_sent_to_bucket" not in _sent(status, login=False).names()


def test_a_recording_without_it_passes(given: Given) -> None:
    assert given.passes(authorization_sent_to_bucket, traffic=Evidence())
