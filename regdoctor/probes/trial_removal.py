"""Removes the image of a trial push: through the registry's API, and what that leaves from its storage."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import urlsplit

from regdoctor.check import Dialect
from regdoctor.distribution.errors import parse_errors
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.repository_door import RepositoryDoor
from regdoctor.probes.trial_notes import OWN_REPOSITORY
from regdoctor.probes.trial_starts import remove_started
from regdoctor.probes.trial_storage import (
    NotSweptError,
    Storage,
    is_in_database,
    remove_from,
    storage_at_hand,
)

_ORDER = ("upload", "start", "manifest", "tag", "blob")
"""A manifest goes before what it names: an image must not be left without its layers."""
_UNKNOWN = frozenset({"MANIFEST_UNKNOWN", "BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN", "NAME_UNKNOWN"})
_CONFIG = "/etc/docker/registry/config.yml"
_COLLECT = f"`registry garbage-collect {_CONFIG}`, with GitLab's packages `sudo gitlab-ctl registry-garbage-collect`"
"""For a registry of which the address alone is known: as its image has it."""
_MOST = 400
"""Characters of a reason: a server's words are part of it."""


def clean_up_trials(
    registry: str,
    *,
    door: Http,
    source: TokenSource,
    ledger: Ledger,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
    deadline: float,
    is_public: bool,
) -> tuple[str, ...]:
    """Remove what runs that are over left at a registry, uploads included; what remains stays noted.

    registry: its address, as the endpoint of the push had it. installation, config: of that registry; Absent where
    this machine's is another one. deadline: seconds for all of it. is_public: whether clients use this address.

    Gives a line for each thing that remains and why. Raises OSError where the ledger cannot be read.
    """
    entries = [entry for entry in ledger.left_behind(registry) if entry.subject is not None]
    if not entries:
        return ()
    removal = Removal(door, source, ledger, installation, config, is_public)
    return removal.remove(entries, time.monotonic() + deadline)


@dataclass(slots=True)
class _Remains:
    """What of one repository's entries could not be removed."""

    noted: list[tuple[Entry, str]] = field(default_factory=list)
    """Entries that stay, each with the reason."""
    unlinked: int = 0
    """Blobs and manifests that are deleted, with their bytes still in a storage that cannot be reached from here."""
    begun: int = 0
    """Uploads that were asked for, of which the answer never came, and which nobody could look for."""
    cancelled: int = 0
    """Uploads that the registry cancelled, with its storage out of reach."""
    not_swept: str = ""
    """Why nothing is removed from a storage that can be reached; empty where it may be."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What it takes to remove images; the parameters are those of `clean_up_trials`."""

    door: Http
    source: TokenSource
    ledger: Ledger
    installation: Installation | Absent
    config: RegistryConfig | Absent
    is_public: bool

    def remove(self, entries: Iterable[Entry], end: float, *, with_traces: bool = False) -> tuple[str, ...]:
        """Remove the entries of one registry and strike them out; a line for each thing that remains, and why.

        end: by `time.monotonic`. with_traces: whether to tell of what a registry keeps of uploads that are cancelled.
        """
        storage = storage_at_hand(self.installation, self.config, self.door, end)
        lines: list[str] = []
        grouped = groupby(sorted(entries, key=lambda entry: entry.repository), lambda entry: entry.repository)
        for repository, of_repository in grouped:
            asker = RepositoryDoor(self.door, self.source, repository, end, is_public=self.is_public)
            ordered = sorted(of_repository, key=lambda entry: _ORDER.index(entry.kind))
            remains = self._remove_all(ordered, asker, storage)
            if storage is not None:
                storage.tidy(repository)
            lines += _lines(remains, repository, collection_words(self.installation, self.config))
            if with_traces and remains.cancelled:
                lines.append(
                    f"{remains.cancelled} cancelled uploads of {repository}: distribution 2 keeps a hash state of "
                    "each, a small file below _uploads that nothing removes"
                )
        return tuple(lines)

    def _remove_all(self, entries: Iterable[Entry], asker: RepositoryDoor, storage: Storage | None) -> _Remains:
        remains = _Remains()
        manifest_stays = ""
        broken_off: list[Entry] = []
        for entry in entries:
            if entry.kind == "start":
                self._remove_started(entry, storage, remains)
                continue
            # A registry that deletes nothing need not be asked for each.
            reason = manifest_stays if entry.kind == "blob" or "UNSUPPORTED" in manifest_stays else ""
            answered = False
            if not reason:
                reason, answered = _delete(entry, asker)
            swept = _sweep(storage, entry, remains)
            if swept and entry.kind == "upload":
                broken_off.append(entry)
            if swept or not reason:
                with contextlib.suppress(OSError):  # it stays noted: the next run is told that it is unknown
                    self.ledger.remove(entry)
                remains.unlinked += answered and not swept and entry.kind in ("manifest", "blob")
                remains.cancelled += answered and not swept and entry.kind == "upload"
                continue
            remains.noted.append((entry, reason))
            if entry.kind == "manifest":
                manifest_stays = reason
        for entry in broken_off:
            # The registry writes down how far it came when it notices that the connection is gone: that takes a while.
            _sweep(storage, entry, remains)
        return remains

    def _remove_started(self, entry: Entry, storage: Storage | None, remains: _Remains) -> None:
        """Remove the upload whose ID never came. Elsewhere than in our own repository it may be anybody's."""
        searched = storage is not None and entry.repository == OWN_REPOSITORY
        if storage is not None and searched and not remove_started(storage, entry):
            remains.begun += 1
            return
        remains.begun += not searched
        with contextlib.suppress(OSError):
            self.ledger.remove(entry)


def _sweep(storage: Storage | None, entry: Entry, remains: _Remains) -> bool:
    """Remove an entry from the storage, unless that was not what it should be before."""
    if storage is None or remains.not_swept:
        return False
    try:
        return remove_from(storage, entry)
    except NotSweptError as error:
        remains.not_swept = str(error)[:_MOST]
        return False


def collection_words(installation: Installation | Absent, config: RegistryConfig | Absent) -> str:
    """How the registry gets rid of bytes that nothing names, with the command of the installation: half a sentence."""
    if not isinstance(installation, Installation):
        return f"garbage collection on the registry's host removes them: {_COLLECT}"
    with contextlib.suppress(UndecidedError):
        if isinstance(config, RegistryConfig) and is_in_database(config):
            return "the registry's online garbage collection removes them by itself, after a day by default"
    file = installation.name(installation.registry_config) if installation.registry_config else _CONFIG
    commands = {
        Dialect.OMNIBUS: "sudo gitlab-ctl registry-garbage-collect",
        Dialect.SOURCE: f"registry garbage-collect {file}",
        Dialect.HELM: f"kubectl exec deployment/gitlab-registry -- /bin/registry garbage-collect {_CONFIG}",
        Dialect.COMPOSE: f"docker compose run --rm registry garbage-collect {_CONFIG}",
        Dialect.PLAIN: f"docker-registry garbage-collect {file}",
    }
    return f"garbage collection removes them: `{commands[installation.dialect]}`"


def _delete(entry: Entry, asker: RepositoryDoor) -> tuple[str, bool]:
    """Why it could not be deleted, empty where it is gone; and whether it was there."""
    try:
        exchange = asker.send("DELETE", f"{entry.registry}{entry.path}")
    except CouldNotGatherError as error:
        return str(error)[:_MOST], False
    codes = {error.code for error in parse_errors(exchange.body)}
    if exchange.ok:
        return "", True
    # Distribution takes digests alone, and forgets tags with their manifest; so it is not there any more, if the
    # manifest, which goes before, is gone.
    if codes & _UNKNOWN or (entry.kind == "tag" and _is_gone(entry, asker)):
        return "", False
    said = exchange.quote().quote
    return (f"{said} ({', '.join(sorted(codes))})" if codes else said)[:_MOST], False


def _is_gone(entry: Entry, asker: RepositoryDoor) -> bool:
    try:
        return asker.send("HEAD", f"{entry.registry}{entry.path}").status == 404
    except CouldNotGatherError:
        return False


def _lines(remains: _Remains, repository: str, collect: str) -> Iterator[str]:
    if remains.not_swept:
        yield f"the storage of {repository} was left as it is: {remains.not_swept}"
    for entry, reason in remains.noted:
        if entry.kind == "upload":
            yield (
                f"upload {entry.subject} of {repository}: {reason}; the registry removes it by itself in time "
                "(storage.maintenance.uploadpurging, after a week by default)"
            )
    if remains.begun:
        yield (
            f"{remains.begun} uploads of {repository} were asked for without an answer; the registry removes them by "
            "itself in time, if it began them (storage.maintenance.uploadpurging, after a week by default)"
        )
    images = [pair for pair in remains.noted if pair[0].kind != "upload"]
    if images:
        yield _image_line(images, repository, collect)
    if remains.unlinked:
        yield (
            f"the bytes of {remains.unlinked} deleted blobs of {repository} stay in the storage; {collect}; "
            f"{repository}, where it is new, stays listed in _catalog"
        )


def _image_line(images: list[tuple[Entry, str]], repository: str, collect: str) -> str:
    """The images, or their blobs where there is no manifest yet, and what removes them."""
    first, reason = images[0]
    tags = [entry.subject for entry, _ in images if entry.kind == "tag"]
    blobs = sum(entry.kind == "blob" for entry, _ in images)
    if not tags:
        return f"{len(images)} blobs of {repository}: {reason}; {collect}"
    options = "--tls-verify=false " if first.registry.startswith("http://") else ""
    names = [f"{urlsplit(first.registry).netloc}/{repository}:{tag}" for tag in tags]
    allow = "switch storage.delete.enabled on, " if "UNSUPPORTED" in reason else ""
    return (
        f"{', '.join(names)} with {blobs} blobs: {reason}; to remove it, {allow}run "
        f"`{'; '.join(f'skopeo delete {options}docker://{name}' for name in names)}`, and then {collect}"
    )
