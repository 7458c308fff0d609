"""What caches and compressors say of an answer, and nothing else, is a sign of them."""

from __future__ import annotations

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.public_reads import PublicReads, cache_sign


def answer(*headers: tuple[str, str], status: int = 200) -> Exchange:
    """One with these headers."""
    return Exchange("GET", "https://r.example.com/v2/", status=status, headers=headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Cache", "HIT"),
        ("X-Cache", "Hit from cloudfront"),
        ("X-Cache", "MISS, HIT"),
        ("X-Cache", "HIT from proxy.example.com"),
        ("X-Cache", "TCP_MEM_HIT from a1.deploy.akamaitechnologies.com (AkamaiGHost/11)"),
        ("cf-cache-status", "HIT"),
        ("X-Proxy-Cache", "hit"),
        ("X-Cache-Status", "HIT"),
        ("Age", "1"),
        ("Age", " 086400 "),
    ],
)
def test_a_hit_is_a_sign(name: str, value: str) -> None:
    assert cache_sign(answer((name, value))).lower() == name.lower()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Cache", "Miss from cloudfront"),
        ("X-Cache", "Error from cloudfront"),
        ("X-Cache", "hitmiss"),
        ("X-Cache", "HIT-FOR-PASS"),
        ("CF-Cache-Status", "DYNAMIC"),
        ("X-Proxy-Cache", "BYPASS"),
        ("X-Cache-Hits", "3"),
        ("Age", "0"),
        ("Age", "-1"),
        ("Age", "²"),
        ("Age", ""),
        ("X-Cache", "x" * 100_000),
    ],
)
def test_everything_else_is_none(name: str, value: str) -> None:
    assert cache_sign(answer((name, value))) == ""


@pytest.mark.parametrize(
    ("value", "status", "found"),
    [("gzip", 200, "gzip"), ("BR", 200, "br"), ("identity", 200, ""), ("aws-chunked", 200, ""), ("gzip", 404, "")],
)
def test_a_blob_with_a_coding_that_compresses_is_compressed(value: str, status: int, found: str) -> None:
    blob = answer(("Content-Encoding", value), status=status)
    assert PublicReads(answer(), blob).compressed_blob == found


def test_no_blob_is_not_compressed() -> None:
    assert PublicReads(answer(("Content-Encoding", "gzip")), None).compressed_blob == ""
