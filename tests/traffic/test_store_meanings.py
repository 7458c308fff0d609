"""What a bucket answered, as people read it."""

from __future__ import annotations

import pytest

from regdoctor.traffic.store_meanings import meaning
from tests.checks.seen_in_traffic import AZURE_LINK, S3_LINK, refusal
from tests.traffic.seen_exchanges import exchanged, recognised

CDN = "https://cdn.example.com/docker/x?Key-Pair-Id=K&Signature=[redacted]&Expires=1700000000"


def meant(request: str, status: int, *headers: tuple[str, str], body: bytes = b"", size: int | None = None) -> str:
    return meaning(recognised(exchanged(request, status, headers, body, response_size=size)), status)


@pytest.mark.parametrize(
    ("request_line", "status", "said"),
    [
        (f"HEAD {S3_LINK}", 200, "the bucket has the blob"),
        (f"GET {S3_LINK}", 206, "the bucket hands out the blob"),
        (f"PUT {S3_LINK}", 200, "the bucket takes what was sent"),
        (f"DELETE {S3_LINK}", 204, "the bucket deletes the object"),
        (f"OPTIONS {S3_LINK}", 200, "the bucket answers 200"),
        (f"GET {S3_LINK}", 304, "the bucket says that the client's own copy is still good"),
        (f"GET {S3_LINK}", 307, "the bucket sends the client elsewhere with 307"),
        (f"HEAD {S3_LINK}", 404, "the bucket has no such object"),
        (f"HEAD {S3_LINK}", 403, "the bucket refuses HEAD with 403 and no body"),
        (f"HEAD {CDN}", 403, "the delivery network refuses HEAD with 403 and no body"),
        (f"GET {S3_LINK}", 503, "the bucket fails at GET with 503 and no body"),
        (f"M\x1b[31m {S3_LINK}", 403, "the bucket refuses this method with 403 and no body"),
    ],
)
def test_an_answer_is_told_by_its_method_and_status(request_line: str, status: int, said: str) -> None:
    assert meant(request_line, status) == said


def test_the_length_is_told_where_it_is_known() -> None:
    assert meant(f"HEAD {S3_LINK}", 200, ("Content-Length", "1048576")) == "the bucket has the blob, 1,048,576 bytes"
    assert meant(f"HEAD {S3_LINK}", 200, ("Content-Length", "9" * 40)) == "the bucket has the blob"
    assert meant(f"GET {S3_LINK}", 200, size=1) == "the bucket hands out the blob, 1 byte"


def test_the_stores_own_code_is_named_from_its_document_or_its_header() -> None:
    assert meant(f"GET {S3_LINK}", 403, body=refusal("AccessDenied")) == (
        "the bucket refuses GET with 403 AccessDenied"
    )
    assert meant(f"GET {S3_LINK}", 404, body=refusal("NoSuchKey")) == "the bucket has no such object NoSuchKey"
    coded = ("x-ms-error-code", "AuthenticationFailed")
    assert meant(f"HEAD {AZURE_LINK}", 403, coded) == "the bucket refuses HEAD with 403 AuthenticationFailed"
    assert "\x1b" not in meant(f"HEAD {AZURE_LINK}", 403, ("x-ms-error-code", "\x1b[31mred"))


def test_a_body_without_a_code_has_the_words_of_its_status() -> None:
    assert meant(f"GET {S3_LINK}", 403, body=b"no") == "the bucket refuses GET with 403: it denies access"
    assert meant(f"GET {S3_LINK}", 403, size=9) == "the bucket refuses GET with 403: it denies access"
