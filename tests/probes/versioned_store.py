"""An S3 store that keeps versions, as far as a trial of writing looks at it; what it tells and refuses is given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, str], bytes]
DENIED: Answer = (403, {}, b"<Error><Code>AccessDenied</Code></Error>")


@dataclass
class VersionedStore:
    """Objects of one bucket, each with all its versions; a version whose content is None is a delete marker."""

    lock: bytes | None = None
    """The bucket's object lock document; None: asking for it is refused, and so it is for versioning."""
    refused: Collection[str] = ()
    """Of `list versions` and `delete version`."""
    versions: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    """Key, version and content, in the order of writing."""
    written: int = 0

    def __call__(self, one: Any) -> Answer:
        """The answer to a request."""
        parts = urlsplit(one.path)
        key = unquote(parts.path).removeprefix("/reg").lstrip("/")
        words = {name: value[0] for name, value in parse_qs(parts.query, keep_blank_values=True).items()}
        if not key:
            return self._of_bucket(one, words)
        if one.method == "PUT" and "uploadId" not in words and "x-amz-copy-source" not in one.headers:
            return 200, {"x-amz-version-id": self._write(key, one.body)}, b""
        if one.method == "DELETE" and "versionId" in words:
            return self._delete_version(key, words["versionId"])
        if one.method in ("GET", "HEAD"):
            content = self.current(key)
            return (404, {}, b"") if content is None else (200, {}, content if one.method == "GET" else b"")
        return 501, {}, b"<Error><Code>NotImplemented</Code></Error>"

    def current(self, key: str) -> bytes | None:
        """What stands at a key; None for nothing, or a delete marker."""
        return next((content for name, _, content in reversed(self.versions) if name == key), None)

    def _of_bucket(self, one: Any, words: dict[str, str]) -> Answer:
        if "versioning" in words or "object-lock" in words:
            if self.lock is None:
                return DENIED
            document = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
            return 200, {}, document if "versioning" in words else self.lock
        if "versions" in words:
            return DENIED if "list versions" in self.refused else (200, {}, self._listed())
        if "delete" in words:
            return self._delete(one.body.decode())
        if "uploads" in words:
            return 200, {}, b"<ListMultipartUploadsResult/>"
        keys = {key for key, _, _ in self.versions if self.current(key) is not None}
        return 200, {}, f"<ListBucketResult>{''.join(f'<Key>{key}</Key>' for key in keys)}</ListBucketResult>".encode()

    def _write(self, key: str, content: bytes | None) -> str:
        self.written += 1
        self.versions.append((key, f"v{self.written}", content))
        return f"v{self.written}"

    def _delete(self, body: str) -> Answer:
        rows = ""
        for part in body.split("<Key>")[1:]:
            key = part.partition("</Key>")[0]
            marker = self._write(key, None)
            rows += f"<Deleted><Key>{key}</Key><DeleteMarkerVersionId>{marker}</DeleteMarkerVersionId></Deleted>"
        return 200, {}, f"<DeleteResult>{rows}</DeleteResult>".encode()

    def _delete_version(self, key: str, version: str) -> Answer:
        if "delete version" in self.refused:
            return DENIED
        self.versions = [one for one in self.versions if one[:2] != (key, version)]
        return 204, {}, b""

    def _listed(self) -> bytes:
        rows = "".join(
            f"<{kind}><Key>{key}</Key><VersionId>{version}</VersionId></{kind}>"
            for key, version, content in self.versions
            for kind in ("DeleteMarker" if content is None else "Version",)
        )
        foreign = "<Version><Key>docker/registry/v2/blobs/a/data</Key><VersionId>v0</VersionId></Version>"
        return f"<ListVersionsResult>{foreign}{rows}</ListVersionsResult>".encode()
