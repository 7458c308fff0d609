"""Removes from the registry's own storage what a trial wrote there, where that storage can be reached.

Distribution unlinks what is deleted through its API, and keeps folders and the bytes of blobs; it refuses to delete
unless `storage.delete` is on; and an upload that broke off in the middle it does not cancel at all, for the state that
the client knows is not the one that was reached (2.8.2, registry/handlers/blobupload.go: BLOB_UPLOAD_INVALID).
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from regdoctor.distribution.digests import parse_digest
from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.distribution.storage_layout import (
    blob_data_key,
    layer_link_key,
    revision_link_key,
    tag_link_key,
    upload_folder_key,
)
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.bucket import Bucket, Listing, registry_bucket
from regdoctor.probes.bucket_writes import BucketWrites, running_uploads
from regdoctor.probes.folder_storage import STARTED_AT, FolderStorage
from regdoctor.probes.ledger import Entry

_IN_DATABASE = "docker/registry/lockfiles/database-in-use"
"""What GitLab's registry puts into a storage whose metadata is in its database."""
_MOST_KEYS = 100
"""Objects of one folder that are removed: an upload has a few, all else one."""
_MOST_BYTES = 64
"""Of a file that says when an upload began; 20 are there."""
_UPLOADS = "_uploads"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How distribution and GitLab's registry name uploads (registry/storage/linkedblobstore.go, Create)."""
_DEADLINE = 5.0
"""Seconds for each request to a bucket."""


class Storage(Protocol):
    """A registry's storage, by the keys of its layout."""

    def remove(self, folder: str) -> bool | None:
        """Remove a folder with all that is in it. Whether it is gone now; None where it was not there.

        Raises NotSweptError where what is said to be in it cannot be.
        """
        ...

    def started(self, repository: str) -> Mapping[str, str] | None:
        """The uploads of a repository, by their ID, with what the registry wrote of the moment when each began.

        None where that cannot be told, as where there are too many.
        """
        ...

    def tidy(self, repository: str) -> None:
        """Remove the folders of a repository that holds nothing at all; so it was made for what is removed now."""
        ...

    def holds(self, key: str) -> bool:
        """Whether there is something under a key; also where that cannot be told."""
        ...


class NotSweptError(Exception):
    """A storage is not what it should be, so that nothing is removed from it; the message is for people."""


@dataclass(frozen=True, slots=True)
class BucketStorage:
    """The registry's bucket, asked with the registry's own credentials."""

    bucket: Bucket
    end: float = math.inf
    """The moment by `time.monotonic` after which it is asked no more."""

    def remove(self, folder: str) -> bool | None:
        """See `Storage`."""
        if time.monotonic() >= self.end:
            return False
        try:
            prefix = f"{self.bucket.endpoint.root}{folder}/"
            listing = self.bucket.list(prefix, limit=_MOST_KEYS)
            if not listing.listed:
                return False
            _require_below(prefix, listing)
            # As a list: all are tried, whatever becomes of the first.
            gone = [self.bucket.delete(key).ok for key in listing.keys]
            if f"/{_UPLOADS}/" in folder:
                gone += self._abort(f"{prefix}data")
        except CouldNotGatherError:  # there is nothing to sign requests with
            return False
        return all(gone) if gone else None

    def _abort(self, key: str) -> list[bool]:
        """End the uploads in parts that the registry left running at a key, which no listing of objects shows.

        It begins one as it takes an upload on, and goes on with it at the next request: where none comes, it stays.
        """
        writes = BucketWrites(self.bucket, {})
        running = [one for one in running_uploads(writes.list_uploads(key)) if one.key == key]
        return [writes.abort(one).ok for one in running[:_MOST_KEYS]]

    def started(self, repository: str) -> Mapping[str, str] | None:
        """See `Storage`."""
        prefix = f"{self.bucket.endpoint.root}{_uploads_key(repository)}/"
        try:
            listing = self.bucket.list(prefix, limit=_MOST_KEYS)
            if not listing.listed or listing.more:
                return None
            named = {key: key.removeprefix(prefix).partition("/") for key in listing.keys if key.startswith(prefix)}
            begun = {upload: key for key, (upload, _, rest) in named.items() if rest == STARTED_AT}
            return {upload: self.bucket.get(key, _MOST_BYTES).text() for upload, key in begun.items()}
        except CouldNotGatherError:
            return None

    def tidy(self, repository: str) -> None:
        """Leave it as it is: a bucket has no folders."""

    def holds(self, key: str) -> bool:
        """See `Storage`."""
        try:
            return self.bucket.head(f"{self.bucket.endpoint.root}{key}").status != 404
        except CouldNotGatherError:
            return True


def _require_below(prefix: str, listing: Listing) -> None:
    """Raise NotSweptError unless a listing is of what lies below a prefix, and whole."""
    for key in listing.keys:
        # A key with dots would become another one on its way through the URL (RFC 3986 section 5.2.4).
        if not key.startswith(prefix) or {".", ".."} & set(key.split("/")):
            raise NotSweptError(f"the bucket was asked for the keys below {prefix} and listed {key[:200]!r}")
    if listing.more:
        raise NotSweptError(f"the bucket lists more than {_MOST_KEYS} keys below {prefix}, where a trial writes a few")


def storage_at_hand(
    installation: Installation | Absent, config: RegistryConfig | Absent, door: Http, end: float = math.inf
) -> Storage | None:
    """The storage of the registry that this machine runs, where files may be taken from it.

    end: by `time.monotonic`, for what must be asked over the network.

    None where it cannot be reached, or where a database knows of every file in it (GitLab's metadata database).
    """
    if not isinstance(installation, Installation) or not installation.live or not isinstance(config, RegistryConfig):
        return None
    try:
        storage = None if is_in_database(config) else _storage(installation, config, door, end)
    except (UndecidedError, NotApplicableError, CouldNotGatherError):
        return None
    return None if storage is None or storage.holds(_IN_DATABASE) else storage


def is_in_database(config: RegistryConfig) -> bool:
    """Whether GitLab's metadata database is configured. Raises UndecidedError where that is computed at run time."""
    enabled = config.at("database", "enabled")
    return enabled is not None and (enabled.text() or "false").lower() != "false"


def remove_from(storage: Storage, entry: Entry) -> bool:
    """Remove all that an entry of the ledger stands for. Whether something of it was there, and all of that is gone.

    Nothing but ours is hurt: tags and digests are as random as the image. The IDs of uploads are the server's choice,
    so that only what a registry's own generator makes is taken for one.

    Raises NotSweptError as `Storage.remove` does.
    """
    gone = [storage.remove(folder) for folder in _folders(entry)]
    return True in gone and False not in gone


def is_upload_id(text: str) -> bool:
    """Whether a registry's own generator makes such IDs of uploads."""
    return _UUID.fullmatch(text) is not None


def _uploads_key(repository: str) -> str:
    return _parent(upload_folder_key(repository, "any"))


def _folders(entry: Entry) -> tuple[str, ...]:
    subject = entry.subject
    if subject is None:
        return ()
    if entry.kind == "upload":
        if not is_upload_id(subject):
            return ()
        return (upload_folder_key(entry.repository, subject),)
    if entry.kind == "tag":
        return (_parent(_parent(tag_link_key(entry.repository, subject))),)
    digest = parse_digest(subject)
    link = revision_link_key if entry.kind == "manifest" else layer_link_key
    return _parent(link(entry.repository, digest)), _parent(blob_data_key(digest))


def _parent(key: str) -> str:
    return key.rpartition("/")[0]


def _storage(installation: Installation, config: RegistryConfig, door: Http, end: float) -> Storage | None:
    driver = config.storage_driver()
    if driver is None or driver[0] != "filesystem":
        return BucketStorage(registry_bucket(config, door, _DEADLINE), end)
    named = config.at("storage", "filesystem", "rootdirectory")
    top = installation.locate((named.text() if named else None) or ROOT_DIRECTORY)
    return FolderStorage(installation.root, top) if top is not None else None
