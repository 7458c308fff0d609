"""Links to objects of a bucket, by the ways they are signed."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.store_links import StoreKind, blob_of_path, store_link

HEX = "ab" * 32
KEY = f"docker/registry/v2/blobs/sha256/ab/{HEX}/data"
NOON = 1795521600.0
V4 = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261124%2Feu-central-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20261124T120000Z&X-Amz-Expires=1200&X-Amz-SignedHeaders=host&X-Amz-Signature=0f0f"
)


def test_signature_version_4() -> None:
    link = store_link(f"https://bucket.s3.eu-central-1.amazonaws.com/{KEY}?{V4}")
    assert link is not None
    assert (link.kind, link.bucket, link.key, link.digest) == (StoreKind.S3, "bucket", KEY, f"sha256:{HEX}")
    assert (link.signed, link.expires) == (NOON, NOON + 1200)
    assert (link.region, link.identity) == ("eu-central-1", "AKIDEXAMPLE")
    assert "0f0f" not in repr(link)


def test_signature_version_2() -> None:
    link = store_link(f"http://127.0.0.1:9000/reg/{KEY}?AWSAccessKeyId=AKID&Expires=1795522800&Signature=a%2Bb")
    assert link is not None
    assert (link.kind, link.bucket, link.signed, link.expires) == (StoreKind.S3, "reg", None, NOON + 1200)
    assert link.identity == "AKID"


def test_a_cleaned_link_is_one_still() -> None:
    query = V4.replace("0f0f", "%5Bredacted%5D").replace("AKIDEXAMPLE", "[redacted accesskey]")
    link = store_link(f"https://bucket.s3.eu-central-1.amazonaws.com/{KEY}?{query}")
    assert link is not None
    assert (link.expires, link.region, link.identity) == (NOON + 1200, "eu-central-1", "")


@pytest.mark.parametrize(
    "query",
    [
        "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=sa%40p.iam.gserviceaccount.com%2F20261124%2Fauto%2Fstorage"
        "%2Fgoog4_request&X-Goog-Date=20261124T120000Z&X-Goog-Expires=1200&X-Goog-Signature=0f",
        "GoogleAccessId=sa%40p.iam.gserviceaccount.com&Expires=1795522800&Signature=a",
    ],
)
def test_gcs(query: str) -> None:
    link = store_link(f"https://storage.googleapis.com/bucket/{KEY}?{query}")
    assert link is not None
    assert (link.kind, link.bucket, link.key, link.expires) == (StoreKind.GCS, "bucket", KEY, NOON + 1200)
    assert link.identity == "sa@p.iam.gserviceaccount.com"


def test_azure() -> None:
    link = store_link(
        f"https://acct.blob.core.windows.net/cont/{KEY}?sv=2020-10-02&st=2026-11-24T12%3A00%3A00Z"
        "&se=2026-11-24T12%3A20Z&sr=b&sp=r&sig=a%2Bb%3D"
    )
    assert link is not None
    assert (link.kind, link.bucket, link.key) == (StoreKind.AZURE, "cont", KEY)
    assert (link.signed, link.expires) == (NOON, NOON + 1200)


def test_cloudfront_with_a_canned_and_with_a_custom_policy() -> None:
    document = b'{"Statement":[{"Resource":"*","Condition":{"DateLessThan":{"AWS:EpochTime":1795522800}}}]}'
    policy = base64.b64encode(document).decode().translate(str.maketrans("+=/", "-_~"))
    for query in ("Expires=1795522800&Signature=a&Key-Pair-Id=K", f"Policy={policy}&Signature=a&Key-Pair-Id=K"):
        link = store_link(f"https://d1.cloudfront.net/{KEY}?{query}")
        assert link is not None
        assert (link.kind, link.bucket, link.expires, link.digest) == (StoreKind.CDN, "", NOON + 1200, f"sha256:{HEX}")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://h/x",
        "https://h/x?a=b",
        "https://h/x?Signature=a",
        "https://h/x?sig=a",
        "https://h/x?Key-Pair-Id=a",
        "https://h/x?__token__=exp=1~hmac=a",
        f"https://h/x#?{V4}"[:12],
        f"/x?{V4}",
    ],
)
def test_other_addresses_are_no_links(url: str) -> None:
    assert store_link(url) is None


@pytest.mark.parametrize("date", ["", "x", "20261324T120000Z", "99999999T999999Z", "00010101T000000Z"])
def test_a_date_that_is_none_leaves_the_end_open(date: str) -> None:
    link = store_link(f"https://h.example.com/x?{V4.replace('20261124T120000Z', date)}")
    assert link is not None
    assert link.expires is None or link.expires < 0


@pytest.mark.parametrize(
    ("path", "digest"),
    [
        (f"/root/{KEY}", f"sha256:{HEX}"),
        (f"/{KEY}/more", ""),
        (f"/docker/registry/v2/blobs/sha256/cd/{HEX}/data", ""),
        ("/blobs/sha256/ab/ab/data", ""),
    ],
)
def test_the_blob_that_a_key_names(path: str, digest: str) -> None:
    assert blob_of_path(path) == digest


@given(st.text(max_size=80), st.text(max_size=40))
def test_nothing_raises(url: str, value: str) -> None:
    store_link(url)
    store_link(f"https://{url}?{V4}&Policy={value}&Key-Pair-Id={value}")
    store_link(f"https://h/{url}?sv={value}&sig={value}&se={value}")
    store_link(f"https://h/{url}?Policy={value}&Key-Pair-Id={value}&Expires={value}")


@pytest.mark.parametrize("piece", ["a.", "s3.", "/blobs/sha256/ab/", "ab", "%", "&Policy=a", "?"])
def test_a_link_of_a_megabyte_takes_linear_time(piece: str) -> None:
    long = piece * ((1 << 20) // len(piece))
    begun = time.process_time()
    for url in (f"https://{long}/x?{V4}", f"https://h.example/{long}?{V4}", f"https://h/x?{V4}&{long}"):
        store_link(url)
    assert time.process_time() - begun < 5
