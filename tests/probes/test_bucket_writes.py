"""Requests that write are signed with their bodies, and their answers are read with care."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload, part_etag, running_uploads, upload_id


def answer(body: bytes, *headers: tuple[str, str], status: int = 200) -> Exchange:
    """An answer of the store."""
    return Exchange("POST", "http://s3/reg", status=status, headers=headers, body=body)


def test_every_body_is_signed_and_every_word_is_quoted(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    text = f"storage: {{s3: {{regionendpoint: '{server.url}', bucket: reg, accesskey: access-key, secretkey: secret}}}}"
    writes = BucketWrites(
        registry_bucket(parse_registry_config(text.encode(), "c.yml"), door), {"x-amz-acl": "private"}
    )
    upload = RunningUpload("a b/ü", "x/y?z&uploads=")

    writes.put("k", b"content")
    writes.copy("k2", "a b")
    writes.put_part(upload, b"part")
    writes.complete(upload, '"<etag>"')
    writes.delete_all(["a&b", "c"])

    put, copy, part, complete, delete = server.seen
    for one in server.seen:
        assert one.headers["X-Amz-Content-SHA256"] == hashlib.sha256(one.body).hexdigest()
        assert "x-amz-date" in one.headers["Authorization"]
    assert put.headers["x-amz-acl"] == "private"
    assert copy.headers["x-amz-copy-source"] == "reg/a%20b"
    assert "x-amz-acl" not in part.headers
    assert part.path == "/reg/a%20b/%C3%BC?partNumber=1&uploadId=x%2Fy%3Fz%26uploads%3D"
    assert b"&lt;etag&gt;" in complete.body
    assert b"<Key>a&amp;b</Key>" in delete.body
    md5 = hashlib.md5(delete.body, usedforsecurity=False).digest()
    assert delete.headers["Content-MD5"] == base64.b64encode(md5).decode()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<UploadId>a&amp;b</UploadId>", "a&b"),
        (b"<UploadId></UploadId>", ""),
        (b"<UploadId>a\nb</UploadId>", ""),
        (b"<UploadId>" + b"a" * 1025 + b"</UploadId>", ""),
        (b"<html>", ""),
    ],
)
def test_an_upload_id_is_taken_as_it_is_or_not_at_all(body: bytes, name: str) -> None:
    assert upload_id(answer(body)) == name
    assert upload_id(answer(body, status=403)) == ""


def test_a_parts_etag_is_in_the_header_or_in_the_body() -> None:
    assert part_etag(answer(b"", ("ETag", '"a"'))) == '"a"'
    assert part_etag(answer(b"<CopyPartResult><ETag>&quot;b&quot;</ETag></CopyPartResult>")) == '"b"'
    assert part_etag(answer(b"<html>")) == ""


def test_uploads_are_read_from_a_listing_alone() -> None:
    page = b"<Upload><UploadId>1</UploadId><Key>a&amp;</Key></Upload><Upload><Key>b</Key></Upload>"
    assert running_uploads(answer(page)) == (RunningUpload("a&", "1"),)
    assert running_uploads(answer(page, status=403)) == ()
