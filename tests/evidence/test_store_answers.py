"""What a bucket's answer says, and of whose bucket, is read from hostile answers as well."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.distribution.store_links import StoreKind, store_link
from regdoctor.evidence.call import Call
from regdoctor.evidence.store_answers import (
    bucket_of,
    code_of,
    endpoint_of_link,
    lapsed_for,
    message_of,
    prefix_of,
    refusing_link,
    region_of,
)
from tests.checks.seen_in_traffic import (
    AFTER_ITS_END,
    GCS_LINK,
    IN_TIME,
    KEY,
    S3_LINK,
    SIGNED,
    refusal,
    sent_on,
)
from tests.traffic.seen_exchanges import BEARER, PAGE, recognised


def answered(status: int | None, *headers: tuple[str, str], body: bytes = b"", **more: Any) -> Call:
    return recognised(sent_on(S3_LINK, status, *headers, body=body, **more)[1])


def test_a_refusal_is_the_stores_own_and_of_the_kind_that_is_asked_for() -> None:
    assert refusing_link(answered(403), StoreKind.S3) is not None
    assert refusing_link(answered(403), StoreKind.GCS) is None
    assert refusing_link(recognised(sent_on(GCS_LINK, 403)[1]), StoreKind.GCS) is not None
    for other in (answered(200), answered(None), answered(403, shown=BEARER), answered(502, by_recorder="no way")):
        assert refusing_link(other, StoreKind.S3) is None
    assert refusing_link(answered(403, ("Content-Type", "text/html"), body=PAGE), StoreKind.S3) is None


def test_codes_come_from_the_document_or_from_headers_and_are_names() -> None:
    assert code_of(answered(403, body=refusal("AccessDenied"))) == "AccessDenied"
    assert code_of(answered(403, ("x-ms-error-code", "BlobNotFound"))) == "BlobNotFound"
    assert code_of(answered(403, ("x-ms-error-code", "no name\x1b"))) == ""
    assert code_of(answered(403, body=b"<Code>" + b"A" * 100_000)) == ""
    assert "\x1b" not in message_of(answered(403, body=refusal("A", "red \x1b[31m")))
    assert region_of(answered(301, ("x-amz-bucket-region", "no region"))) == ""


def test_a_link_is_held_against_the_stores_date() -> None:
    assert lapsed_for(answered(403, IN_TIME)) == -1195
    assert lapsed_for(answered(403, AFTER_ITS_END)) == 2405
    assert lapsed_for(answered(403)) is None


@pytest.mark.parametrize(
    ("url", "bucket", "service", "root"),
    [
        (S3_LINK, "images", "https://s3.eu-central-1.amazonaws.com", ""),
        (f"http://minio:9000/images/{KEY}?{SIGNED}", "images", "http://minio:9000", ""),
        (f"http://minio:9000/images/deep/{KEY}?{SIGNED}", "images", "http://minio:9000", "deep/"),
    ],
)
def test_a_link_tells_its_bucket_its_service_and_the_registrys_root(
    url: str, bucket: str, service: str, root: str
) -> None:
    link = store_link(url)
    assert link is not None
    endpoint = endpoint_of_link(link)
    assert endpoint is not None
    assert (bucket_of(link), endpoint.url, endpoint.root) == (bucket, service, root)
    assert prefix_of(link) == f"{root}docker/registry/v2/blobs/"
