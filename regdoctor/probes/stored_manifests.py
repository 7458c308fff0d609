"""Looks at manifests in the storage itself, a folder or a bucket, as many as the time allows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from regdoctor.check import Quote
from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.reference_grammar import is_tag
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.distribution.storage_layout import PREFIX, KeyKind, StorageKey, blob_data_key, parse_key
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.manifest_samples import Schema1Manifest, StoredManifests, is_schema1
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.bucket import Bucket, registry_bucket, require_live
from regdoctor.probes.host_tree import follow, read_below

_BUDGET = 5.0
"""Seconds for all of it."""
_LARGEST = 4 << 20
"""Bytes: the registry refuses manifests above it (registry/handlers/manifests.go, maxManifestBodySize)."""
_DEADLINE = 8.0
"""Seconds for each request to a bucket; one that was begun in time may end after it."""
_PAGE = 1000
"""Keys that a listing of S3 gives at most."""


@probe(
    reads=f"manifests in the registry's folder or, with its own credentials, in its bucket, for up to {_BUDGET:g} s",
    limit=_BUDGET + 2 * _DEADLINE,
    network=True,
)
def stored_manifests(
    installation: Installation, config: RegistryConfig, identity: S3Identity | Absent, door: Http
) -> StoredManifests:
    """The sample. Raises NotApplicableError for storage that cannot be looked into from here."""
    end = time.monotonic() + _BUDGET
    driver = config.storage_driver()
    if driver is not None and driver[0] == "filesystem":
        setting = config.at("storage", "filesystem", "rootdirectory")
        named = (setting.text() if setting else None) or ROOT_DIRECTORY
        folder = installation.locate(named)
        if folder is None:
            raise NotApplicableError(
                "only single files were given, so the storage's folder cannot be found (--root DIR)"
            )
        gaps = _Gaps()
        keys = _on_disk(follow(installation.root, folder), gaps, live=installation.live)
        return _sample(keys, gaps, lambda key: read_below(installation.root, folder / key, _LARGEST), str(folder), end)
    require_live(installation)
    bucket = registry_bucket(config, door, _DEADLINE, identity)
    root, gaps = bucket.endpoint.root, _Gaps()

    def read(key: str) -> bytes:
        exchange = bucket.get(f"{root}{key}", _LARGEST)
        if exchange.status != 200 or exchange.truncated:
            raise UnreadableError(exchange.quote().quote)
        return exchange.body

    return _sample(_in_bucket(bucket, gaps), gaps, read, f"s3://{bucket.endpoint.bucket}/{root}".rstrip("/"), end)


@dataclass(slots=True)
class _Gaps:
    """Whether a part of the storage could not be looked into."""

    seen: bool = False

    def note(self, _error: object = None) -> None:
        self.seen = True


def _sample(
    keys: Iterator[StorageKey], gaps: _Gaps, read: Callable[[str], bytes], place: str, end: float
) -> StoredManifests:
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
            tag = manifest.get("tag")
            reference = tag if isinstance(tag, str) and is_tag(tag) else str(link.digest)
            quote = Quote(f"{place}/{key}", '"schemaVersion": 1')
            schema1.append(Schema1Manifest(link.repository, reference, quote, served=None))
    return StoredManifests(tuple(schema1), looked_at, complete=not gaps.seen, unreadable=unreadable)


def _on_disk(folder: Path, gaps: _Gaps, *, live: bool) -> Iterator[StorageKey]:
    """A key for each folder that may hold a manifest's link, without looking into the others.

    Raises CouldNotGatherError where there is no storage to look into. On a host that runs the registry a folder that
    is missing is an empty registry: the driver makes it at the first push.
    """
    top = folder / PREFIX / "repositories"
    try:
        os.scandir(top).close()
    except FileNotFoundError as error:
        if live or folder.is_dir():
            return
        raise CouldNotGatherError(f"{folder}: the storage's folder is not in this tree") from error
    except OSError as error:
        raise CouldNotGatherError(f"{top}: {(error.strerror or 'cannot be listed').lower()}") from error
    for path, folders, files in os.walk(top, onerror=gaps.note):
        if path.endswith("/_manifests"):
            folders[:] = [name for name in folders if name == "revisions"]
        elif "/_manifests/" not in path:
            # Links to layers, uploads: none is a manifest.
            folders[:] = [name for name in folders if not name.startswith("_") or name == "_manifests"]
            if any(Path(path, name).is_symlink() for name in folders):
                gaps.note()  # the registry would follow it; it may lead in a circle
        yield parse_key(str(Path(path, "link").relative_to(folder))) if "link" in files else _NOTHING


_NOTHING = StorageKey(KeyKind.OTHER)


def _in_bucket(bucket: Bucket, gaps: _Gaps) -> Iterator[StorageKey]:
    """The keys of a bucket, page by page. Raises CouldNotGatherError where the first page is refused."""
    after, more = "", True
    while more:
        listing = bucket.list(f"{bucket.endpoint.registry_prefix}repositories/", _PAGE, after)
        if not listing.listed or (listing.more and not listing.keys):
            if not after:
                raise CouldNotGatherError(f"the bucket cannot be listed: {listing.exchange.quote().quote}")
            gaps.note()
            return
        for key in listing.keys:
            yield parse_key(key, bucket.endpoint.root)
        more = listing.more
        after = listing.keys[-1] if listing.keys else ""
