"""Where a registry keeps what in its storage: keys built, and keys recognised."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from regdoctor.distribution.digests import Digest, parse_digest

PREFIX = "docker/registry/v2"
"""Under the storage driver's root directory (distribution registry/storage/paths.go)."""


class KeyKind(enum.Enum):
    """What a key of the storage holds."""

    BLOB_DATA = "the bytes of a blob or manifest"
    LAYER_LINK = "a repository's claim to a blob"
    REVISION_LINK = "a repository's claim to a manifest"
    SIGNATURE_LINK = "a signature of a schema 1 manifest"
    TAG_CURRENT_LINK = "the manifest that a tag names"
    TAG_INDEX_LINK = "a manifest that a tag names or has named"
    UPLOAD_DATA = "the bytes of an unfinished upload"
    UPLOAD_STARTED_AT = "when an upload began"
    UPLOAD_HASH_STATE = "the digest of an upload so far"
    LOCKFILE = "GitLab's mark of who keeps the metadata"
    OTHER = "nothing that a registry writes"


@dataclass(frozen=True, slots=True)
class StorageKey:
    """A key taken apart. Fields that its kind does not have are None."""

    kind: KeyKind
    repository: str | None = None
    digest: Digest | None = None
    """Of the blob, of the linked blob or manifest, or of a signature."""
    tag: str | None = None
    upload: str | None = None
    """The upload's ID."""
    offset: int | None = None
    """Bytes that a hash state covers."""
    manifest: Digest | None = None
    """The manifest that a signature belongs to."""


def blob_data_key(digest: Digest) -> str:
    """The content itself; the first two hex digits make a directory of their own."""
    return f"{PREFIX}/blobs/{digest.algorithm}/{digest.hex[:2]}/{digest.hex}/data"


def layer_link_key(repository: str, digest: Digest) -> str:
    """The link that lets a repository serve a blob."""
    return f"{PREFIX}/repositories/{repository}/_layers/{digest.algorithm}/{digest.hex}/link"


def revision_link_key(repository: str, digest: Digest) -> str:
    """The link that lets a repository serve a manifest."""
    return f"{PREFIX}/repositories/{repository}/_manifests/revisions/{digest.algorithm}/{digest.hex}/link"


def tag_link_key(repository: str, tag: str) -> str:
    """The link to the manifest that a tag names now."""
    return f"{PREFIX}/repositories/{repository}/_manifests/tags/{tag}/current/link"


def tag_index_link_key(repository: str, tag: str, digest: Digest) -> str:
    """The link to a manifest that the tag names or has named."""
    folder = f"{PREFIX}/repositories/{repository}/_manifests/tags/{tag}/index"
    return f"{folder}/{digest.algorithm}/{digest.hex}/link"


def upload_folder_key(repository: str, upload: str) -> str:
    """The folder of an unfinished upload, with `data`, `startedat` and `hashstates` in it."""
    return f"{PREFIX}/repositories/{repository}/_uploads/{upload}"


def parse_key(key: str, root: str = "") -> StorageKey:
    """What a key holds; `KeyKind.OTHER` for all that a registry does not write. Never raises.

    key: an object key, or a path with `/` between its parts, with or without one in front.
    root: the storage driver's rootdirectory, which precedes the prefix.
    """
    parts = key.strip("/").split("/")
    above = [part for part in root.split("/") if part]
    if parts[: len(above)] != above:
        return _OTHER
    match parts[len(above) :]:
        case ["docker", "registry", "lockfiles", "filesystem-in-use" | "database-in-use"]:
            return StorageKey(KeyKind.LOCKFILE)
        case ["docker", "registry", "v2", "blobs", algorithm, fan, digits, "data"]:
            digest = _digest(algorithm, digits)
            found = digest is not None and digits.startswith(fan) and len(fan) == 2
            return StorageKey(KeyKind.BLOB_DATA, digest=digest) if found else _OTHER
        case ["docker", "registry", "v2", "repositories", *below]:
            return _in_repository(below)
        case _:
            return _OTHER


_OTHER = StorageKey(KeyKind.OTHER)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""distribution reference/regexp.go TagRegexp."""


def _in_repository(parts: list[str]) -> StorageKey:
    # No component of a name begins with an underscore, so the first that does ends the name.
    end = next((at for at, part in enumerate(parts) if part.startswith("_")), len(parts))
    repository, below = "/".join(parts[:end]), parts[end:]
    if not all(parts[:end]) or not repository:
        return _OTHER
    match below:
        case ["_layers", algorithm, digits, "link"]:
            return _linked(KeyKind.LAYER_LINK, repository, algorithm, digits)
        case ["_manifests", "revisions", algorithm, digits, "link"]:
            return _linked(KeyKind.REVISION_LINK, repository, algorithm, digits)
        case ["_manifests", "revisions", algorithm, digits, "signatures", kind, signature, "link"]:
            manifest = _digest(algorithm, digits)
            if manifest is None:
                return _OTHER
            return _linked(KeyKind.SIGNATURE_LINK, repository, kind, signature, manifest=manifest)
        case ["_manifests", "tags", tag, "current", "link"] if _TAG.fullmatch(tag):
            return StorageKey(KeyKind.TAG_CURRENT_LINK, repository, tag=tag)
        case ["_manifests", "tags", tag, "index", algorithm, digits, "link"] if _TAG.fullmatch(tag):
            return _linked(KeyKind.TAG_INDEX_LINK, repository, algorithm, digits, tag=tag)
        case ["_uploads", upload, *rest] if upload:
            return _in_upload(repository, upload, rest)
        case _:
            return _OTHER


def _in_upload(repository: str, upload: str, parts: list[str]) -> StorageKey:
    match parts:
        case ["data"]:
            return StorageKey(KeyKind.UPLOAD_DATA, repository, upload=upload)
        case ["startedat"]:
            return StorageKey(KeyKind.UPLOAD_STARTED_AT, repository, upload=upload)
        case ["hashstates", _, offset] if offset.isascii() and offset.isdigit() and len(offset) < 20:
            return StorageKey(KeyKind.UPLOAD_HASH_STATE, repository, upload=upload, offset=int(offset))
        case _:
            return _OTHER


def _linked(
    kind: KeyKind,
    repository: str,
    algorithm: str,
    digits: str,
    *,
    tag: str | None = None,
    manifest: Digest | None = None,
) -> StorageKey:
    digest = _digest(algorithm, digits)
    if digest is None:
        return _OTHER
    return StorageKey(kind, repository, digest, tag=tag, manifest=manifest)


def _digest(algorithm: str, digits: str) -> Digest | None:
    try:
        return parse_digest(f"{algorithm}:{digits}")
    except ValueError:
        return None
