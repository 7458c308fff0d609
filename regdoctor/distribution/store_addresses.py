"""Where the address of an object names its bucket, and where the object's key begins."""

from __future__ import annotations

import re

_ROOT = "docker/registry/v2/"
"""What every key of a registry holds (registry/storage/paths.go), behind `rootdirectory`."""
_ADDRESS = re.compile(r"\[[0-9A-Fa-f:.]*\]|[0-9.]+")
_S3_LABEL = re.compile(r"s3(?:-[a-z0-9-]+)?")
_OF_ACCOUNT = (".r2.cloudflarestorage.com",)
"""Services whose host begins with an account, or with a bucket and an account."""
_OF_REGION = (".digitaloceanspaces.com", ".linodeobjects.com", ".vultrobjects.com", ".your-objectstorage.com")
"""Services whose host begins with a region, or with a bucket and a region."""
_SERVICES = frozenset({"storage", "minio", "objects", "objectstorage", "s3"})


def s3_names(host: str, path: str) -> tuple[str, str]:
    """Bucket and key of an object of S3 or what is compatible with it; both empty where they cannot be told apart.

    host: with or without its port; path: percent-decoded, without its first slash. Amazon and most others have a label
    `s3` in their names, and a bucket before it (Amazon S3 User Guide, Virtual hosting of buckets). Of an unknown host
    the key tells: one that begins with a registry's own root has no bucket before it.
    """
    host = host.lower()
    bare = _without_port(host)
    before = _before_service(bare)
    if before:
        return before, path
    if before == "" or _ADDRESS.fullmatch(bare) or "." not in bare or bare != host:
        return _first(path)
    if path.startswith(_ROOT):
        return bare.partition(".")[0], path
    return _first(path) if bare.partition(".")[0] in _SERVICES else ("", "")


def gcs_names(host: str, path: str) -> tuple[str, str]:
    """The same of Google Cloud Storage: `storage.googleapis.com/BUCKET/KEY` or `BUCKET.storage.googleapis.com/KEY`."""
    bucket, mark, _ = _without_port(host.lower()).rpartition(".storage.googleapis.com")
    return (bucket, path) if mark and bucket else _first(path)


def azure_names(host: str, path: str) -> tuple[str, str]:
    """Container and blob of Azure: `ACCOUNT.blob.core.windows.net/CONTAINER/BLOB`; emulators have the account first."""
    if ".blob." in host.lower():
        return _first(path)
    return _first(path.partition("/")[2])


def _without_port(host: str) -> str:
    bare, _, port = host.rpartition(":")
    return bare if bare and port.isascii() and port.isdigit() else host


def _before_service(host: str) -> str | None:
    """What stands before the service's own name, empty where nothing does; None where the service is not known."""
    for ending in (*_OF_ACCOUNT, *_OF_REGION):
        if host.endswith(ending):
            return host.removesuffix(ending).rpartition(".")[0]
    labels = host[:1024].split(".")
    for at, label in enumerate(labels[:-1]):
        # A bucket may be called s3-backup: what follows its own label is the service's, which comes last.
        if _S3_LABEL.fullmatch(label) and not any(_S3_LABEL.fullmatch(later) for later in labels[at + 1 :]):
            return ".".join(labels[:at])
    return None


def _first(path: str) -> tuple[str, str]:
    bucket, slash, key = path.partition("/")
    return (bucket, key) if slash and bucket else ("", "")
