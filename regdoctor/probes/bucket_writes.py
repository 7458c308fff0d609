"""Signed requests that change what is in the registry's bucket, with the parameters that the S3 driver sends."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.s3_parameters import S3Parameters
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.bucket import Bucket
from regdoctor.probes.bucket_versions import ObjectVersion

_UPLOAD_ID = re.compile(r"<UploadId>([^<]{1,1024})</UploadId>")
_UPLOAD = re.compile(r"<Upload>(.{1,8192}?)</Upload>", re.DOTALL)
_KEY = re.compile(r"<Key>([^<]{1,2048})</Key>")
_ETAG = re.compile(r"<ETag>([^<]{1,256})</ETag>")
_CAP = 1 << 18
"""Bytes of an answer; what a trial is told fits many times over."""


@dataclass(frozen=True, slots=True)
class RunningUpload:
    """A running upload in parts."""

    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class BucketWrites:
    """The bucket, and what the driver says of each object that it makes."""

    bucket: Bucket
    object_headers: Mapping[str, str]
    """Of PutObject, CreateMultipartUpload and CopyObject."""

    def put(self, key: str, content: bytes) -> Exchange:
        """PutObject."""
        return self._send("PUT", key, {}, self._of_objects(), content)

    def copy(self, key: str, source: str) -> Exchange:
        """CopyObject within the bucket."""
        return self._send("PUT", key, {}, self._of_objects() | self._from(source))

    def start_upload(self, key: str) -> Exchange:
        """CreateMultipartUpload."""
        return self._send("POST", key, {"uploads": ""}, self._of_objects())

    def put_part(self, upload: RunningUpload, content: bytes) -> Exchange:
        """UploadPart, the first; a last part may be as small as one likes."""
        return self._send("PUT", upload.key, {"partNumber": "1", "uploadId": upload.upload_id}, {}, content)

    def copy_part(self, upload: RunningUpload, source: str, size: int) -> Exchange:
        """UploadPartCopy of `size` bytes, as the first part."""
        words = {"partNumber": "1", "uploadId": upload.upload_id}
        span = {"x-amz-copy-source-range": f"bytes=0-{size - 1}"}
        return self._send("PUT", upload.key, words, self._from(source) | span)

    def list_parts(self, upload: RunningUpload) -> Exchange:
        """ListParts."""
        return self._send("GET", upload.key, {"uploadId": upload.upload_id})

    def list_uploads(self, prefix: str) -> Exchange:
        """ListMultipartUploads below a prefix, as the driver asks before it goes on with a layer."""
        return self._send("GET", "", {"prefix": prefix, "uploads": ""})

    def complete(self, upload: RunningUpload, etag: str) -> Exchange:
        """CompleteMultipartUpload of the one part."""
        part = f"<Part><PartNumber>1</PartNumber><ETag>{escape(etag)}</ETag></Part>"
        body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
        return self._send("POST", upload.key, {"uploadId": upload.upload_id}, _XML, body)

    def abort(self, upload: RunningUpload) -> Exchange:
        """AbortMultipartUpload."""
        return self._send("DELETE", upload.key, {"uploadId": upload.upload_id})

    def delete_all(self, keys: Iterable[str]) -> Exchange:
        """DeleteObjects, by which the driver deletes; stores want its MD5 (S3 API, DeleteObjects)."""
        objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
        body = f"<Delete>{objects}<Quiet>false</Quiet></Delete>".encode()
        checksum = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        return self._send("POST", "", {"delete": ""}, {**_XML, "Content-MD5": checksum}, body)

    def list_versions(self, prefix: str) -> Exchange:
        """ListObjectVersions below a prefix: delete markers as well."""
        return self._send("GET", "", {"prefix": prefix, "versions": ""})

    def delete_version(self, version: ObjectVersion) -> Exchange:
        """DeleteObject of one version, or of a delete marker: it is gone then (s3:DeleteObjectVersion)."""
        return self._send("DELETE", version.key, {"versionId": version.version_id})

    def _of_objects(self) -> dict[str, str]:
        return {"Content-Type": "application/octet-stream", **self.object_headers}

    def _from(self, source: str) -> dict[str, str]:
        return {"x-amz-copy-source": quote(f"{self.bucket.endpoint.bucket}/{source}")}

    def _send(
        self,
        method: str,
        key: str,
        words: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Exchange:
        query = urlencode(sorted(words.items()), quote_via=quote, safe="")
        url = f"{self.bucket.endpoint.bucket_url}{f'/{quote(key)}' if key else ''}{f'?{query}' if query else ''}"
        return self.bucket.send(method, url, headers, body, _CAP)


_XML = {"Content-Type": "application/xml"}


def object_headers(parameters: S3Parameters) -> dict[str, str]:
    """What the driver says of the objects that it makes, from its parameters.

    registry/storage/driver/s3-aws/s3.go: getACL, getEncryptionMode, getSSEKMSKeyID, getStorageClass; keyid counts with
    encrypt alone, NONE sends no class, and GitLab's objectownership no ACL.
    """
    headers = {}
    if not parameters.flag("objectownership", default=False):
        headers["x-amz-acl"] = parameters.written("objectacl") or "private"
    if parameters.flag("encrypt", default=False):
        key = parameters.written("keyid")
        headers["x-amz-server-side-encryption"] = "aws:kms" if key else "AES256"
        if key:
            headers["x-amz-server-side-encryption-aws-kms-key-id"] = key
    storage_class = (parameters.written("storageclass") or "STANDARD").upper()
    if storage_class != "NONE":
        headers["x-amz-storage-class"] = storage_class
    if any(not value.isprintable() or not value.isascii() for value in headers.values()):
        raise CouldNotGatherError("objectacl, keyid or storageclass cannot be sent as they are: they are no plain text")
    return headers


def upload_id(exchange: Exchange) -> str:
    """The ID that CreateMultipartUpload gave; empty where it gave none that could be used."""
    found = _UPLOAD_ID.search(exchange.text()) if exchange.ok else None
    name = html.unescape(found.group(1)) if found else ""
    return name if name.isprintable() else ""


def part_etag(exchange: Exchange) -> str:
    """The ETag of a part: of UploadPart in the header, of UploadPartCopy in the body; empty where there is none."""
    found = _ETAG.search(exchange.text())
    return exchange.header("ETag") or (html.unescape(found.group(1)) if found else "")


def running_uploads(exchange: Exchange) -> tuple[RunningUpload, ...]:
    """The uploads that ListMultipartUploads told of."""
    if not exchange.ok:
        return ()
    return tuple(
        RunningUpload(html.unescape(key.group(1)), html.unescape(name.group(1)))
        for row in _UPLOAD.findall(exchange.text())
        if (key := _KEY.search(row)) and (name := _UPLOAD_ID.search(row))
    )
