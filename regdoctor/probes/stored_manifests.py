"""Looks at manifests in the storage itself, a folder or a bucket, as many as the time allows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from regdoctor.check import Quote
from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.storage_layout import PREFIX, KeyKind, StorageKey, blob_data_key, parse_key
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.manifest_samples import Schema1Manifest, StoredManifests, is_schema1
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.bucket import Bucket, registry_bucket
from regdoctor.probes.files import read_file

_BUDGET = 5.0
"""Seconds for all of it."""
_LARGEST = 4 << 20
"""Bytes: the registry refuses manifests above it (registry/handlers/manifests.go, maxManifestBodySize)."""
_PAGE = 1000
"""Keys that a listing of S3 gives at most."""


@probe(
    reads=f"manifests in the registry's folder or, with its own credentials, in its bucket, for up to {_BUDGET:g} s",
    limit=_BUDGET + 20,
)
def stored_manifests(installation: Installation, config: RegistryConfig, door: Http) -> StoredManifests:
    """The sample. Raises NotApplicableError for storage that cannot be looked into from here."""
    end = time.monotonic() + _BUDGET
    driver = config.storage_driver()
    if driver is not None and driver[0] == "filesystem":
        setting = config.at("storage", "filesystem", "rootdirectory")
        named = (setting.text() if setting else None) or "/var/lib/registry"
        folder = installation.locate(named)
        if folder is None:
            raise NotApplicableError(
                "only single files were given, so the storage's folder cannot be found (--root DIR)"
            )
        return _sample(_on_disk(folder), lambda key: read_file(folder / key, _LARGEST), str(folder), end)
    bucket = registry_bucket(config, door)
    root = bucket.endpoint.root

    def read(key: str) -> bytes:
        exchange = bucket.get(f"{root}{key}")
        if exchange.status != 200 or exchange.truncated:
            raise UnreadableError(exchange.quote().quote)
        return exchange.body

    return _sample(_in_bucket(bucket), read, f"s3://{bucket.endpoint.bucket}/{root}".rstrip("/"), end)


def _sample(keys: Iterator[StorageKey], read: Callable[[str], bytes], place: str, end: float) -> StoredManifests:
    """Read the manifests of revision links, in the order in which they come, until `end`."""
    schema1: list[Schema1Manifest] = []
    looked_at = unreadable = 0
    for link in keys:
        if time.monotonic() >= end:
            return StoredManifests(tuple(schema1), looked_at, complete=False, unreadable=unreadable)
        if link.kind is not KeyKind.REVISION_LINK or link.digest is None or link.repository is None:
            continue
        key = blob_data_key(link.digest)
        looked_at += 1
        try:
            manifest = parse_json(read(key))
        except UnreadableError:
            unreadable += 1
            continue
        if is_schema1(manifest):
            tag = manifest.get("tag") if isinstance(manifest.get("tag"), str) else str(link.digest)
            quote = Quote(f"{place}/{key}", '"schemaVersion": 1')
            schema1.append(Schema1Manifest(link.repository, tag, quote, served=None))
    return StoredManifests(tuple(schema1), looked_at, complete=True, unreadable=unreadable)


def _on_disk(folder: Path) -> Iterator[StorageKey]:
    """The keys of every link below `_manifests/revisions`, without looking into the other folders."""
    top = folder / PREFIX / "repositories"
    try:
        os.scandir(top).close()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CouldNotGatherError(f"{top}: {error.strerror}") from error
    for path, folders, files in os.walk(top):
        if "_manifests" in folders:
            # Beside it lie the links to layers and the uploads, and below it the tags: none is a manifest.
            folders[:] = [name for name in folders if not name.startswith("_") or name == "_manifests"]
        if path.endswith("/_manifests"):
            folders[:] = [name for name in folders if name == "revisions"]
        if "link" in files:
            yield parse_key(str(Path(path, "link").relative_to(folder)))


def _in_bucket(bucket: Bucket) -> Iterator[StorageKey]:
    """The same of a bucket, page by page. Raises CouldNotGatherError where the listing is refused."""
    after, more = "", True
    while more:
        listing = bucket.list(f"{bucket.endpoint.registry_prefix}repositories/", _PAGE, after)
        if listing.exchange.status != 200:
            raise CouldNotGatherError(f"the bucket cannot be listed: {listing.exchange.quote().quote}")
        for key in listing.keys:
            yield parse_key(key, bucket.endpoint.root)
        more = listing.more and bool(listing.keys)
        after = listing.keys[-1] if listing.keys else ""
