"""Blob uploads that are started to try something: noted down before they can be forgotten, and cancelled again."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.token_source import Credentials, credentials_for
from regdoctor.probes.upload_residue import remove_residue
from regdoctor.target import Target

REPOSITORY = "regdoctor/upload-test"
"""Where uploads are started, unless --repository names another."""
DEADLINE = 6.0
"""Seconds for each request, the question for a token included."""
CLEANING = 6.0
"""Seconds after which no further one of an earlier run's uploads is begun with."""
REQUESTS_OF_A_START = 2
"""A token and the POST, at most."""
REQUESTS_OF_A_CANCELLATION = 3
"""A token and two DELETE, at most."""
_UPLOAD = re.compile(r"(?:/[A-Za-z0-9_.~-]+)*?/v2/(?P<name>.+)/blobs/uploads/(?P<id>[A-Za-z0-9_.~=:@+-]+)")
"""The path of an upload (distribution-spec, end-4b), behind `http.prefix` where there is one."""


@dataclass(frozen=True, slots=True)
class StartedUpload:
    """An upload that a registry has begun."""

    exchange: Exchange
    """The POST."""
    location: str
    """As the registry wrote it."""
    entry: Entry | None
    """What removes it, and stands in the ledger; None where Location names no upload that could be removed."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """What it takes to start uploads, and to get rid of them."""

    door: Http
    source: TokenSource
    ledger: Ledger
    installation: Installation | Absent
    config: RegistryConfig | Absent
    local: bool
    """Whether the registry that is asked is the one of this installation, and its storage therefore the one at hand."""

    def clean_up(self, registry: str) -> None:
        """Remove what an earlier run left at this registry, as much as the time allows; the rest stays noted."""
        end = time.monotonic() + CLEANING
        for entry in self.ledger.entries(registry):
            if time.monotonic() >= end:
                return
            with contextlib.suppress(CouldNotGatherError):  # no token for that repository
                self.cancel(entry)

    def credentials(self, repository: str) -> Credentials:
        """What opens a repository for a push. Raises CouldNotGatherError where no token is to be had."""
        scopes = (Access("repository", repository, ("pull", "push")),)
        return credentials_for(self.door, self.source, scopes, deadline=DEADLINE)

    def start(self, repository: str, registry: str) -> StartedUpload:
        """Start an upload at the URL `registry`; it is in the ledger when this returns.

        Raises CouldNotGatherError where none can be started, OSError where it cannot be noted down.
        """
        url = f"{registry}/v2/{repository}/blobs/uploads/"
        exchange = self.door.send("POST", url, deadline=DEADLINE, **self.credentials(repository))
        location = exchange.header("Location")
        if exchange.status != 202 or not location:
            hint = ""
            if exchange.status in (401, 403) and self.source.login:
                hint = f". Name a repository that {self.source.login.username} may push to with --repository"
            raise CouldNotGatherError(f"no upload could be started: {exchange.quote('Location').quote}{hint}")
        path = path_of(url, location)
        if path is None:
            raise CouldNotGatherError(
                f"an upload was started, but its Location is no URL: {exchange.quote('Location').quote}. The registry "
                "removes it by itself in time (uploadpurging)"
            )
        # Where Location leads is what is in question: the upload is cancelled where it was started.
        entry = Entry("upload", registry, repository, path)
        if upload_id(entry) is None:
            return StartedUpload(exchange, location, None)
        self.ledger.add(entry)
        return StartedUpload(exchange, location, entry)

    def moved(self, entry: Entry, location: str) -> Entry:
        """The entry of an upload that goes on at `location`, noted in place of `entry`; `entry` where that is none.

        Only path and query are taken from it: credentials go nowhere else. Raises OSError.
        """
        path = path_of(f"{entry.registry}{entry.path}", location)
        after = Entry(entry.kind, entry.registry, entry.repository, path or "")
        if upload_id(after) != upload_id(entry) or after == entry:
            return entry
        self.ledger.add(after)
        self.ledger.remove(entry)
        return after

    def cancel(self, entry: Entry) -> bool:
        """Whether the upload is gone: removed now, or unknown to the registry. Raises CouldNotGatherError, OSError."""
        upload = upload_id(entry)
        if upload is None:
            return False
        # Distribution wants `push` or `delete` by version for a DELETE of an upload; asking for all costs nothing.
        scopes = (Access("repository", entry.repository, ("pull", "push", "delete")),)
        credentials = credentials_for(self.door, self.source, scopes, deadline=DEADLINE)
        exchange = self._delete(entry, credentials)
        if "BLOB_UPLOAD_INVALID" in _codes(exchange):
            # It holds other bytes than its state says: a body was cut, or a run killed before it could note the new
            # state. Nothing cancels it then but its removal from the storage, and the registry's uploadpurging.
            self._remove_residue(entry, upload)
            exchange = self._delete(entry, credentials)
        if exchange.status != 204 and "BLOB_UPLOAD_UNKNOWN" not in _codes(exchange):
            return False
        self._remove_residue(entry, upload)
        self.ledger.remove(entry)
        return True

    def _remove_residue(self, entry: Entry, upload: str) -> None:
        if self.local and isinstance(self.installation, Installation) and isinstance(self.config, RegistryConfig):
            remove_residue(self.installation, self.config, self.door, entry.repository, upload)

    def _delete(self, entry: Entry, credentials: Credentials) -> Exchange:
        return self.door.send("DELETE", f"{entry.registry}{entry.path}", deadline=DEADLINE, **credentials)


def uploads_of(
    target: Target,
    source: TokenSource,
    door: Http,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
) -> Uploads:
    """The uploads of this run. Raises OSError where nothing could be noted down that a killed run leaves behind."""
    ledger = Ledger()
    ledger.prepare()
    local = target.registry_url is None and isinstance(installation, Installation) and installation.live
    return Uploads(door, source, ledger, installation, config, local)


def no_ledger(error: OSError) -> CouldNotGatherError:
    """What a probe raises where the ledger cannot be kept."""
    return CouldNotGatherError(
        f"the list of what is to be removed again cannot be kept: {error} (XDG_STATE_HOME names another place)"
    )


def path_of(url: str, location: str) -> str | None:
    """Path and query that Location means in the answer of `url`; None where it is no URL."""
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return None
    if not location.isprintable() or " " in location:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def upload_id(entry: Entry) -> str | None:
    """The upload that the path names; None where it is none of the entry's repository, so that nothing else is hurt."""
    path = entry.path.partition("?")[0]
    found = _UPLOAD.fullmatch(path)
    if found is None or found["name"] != entry.repository or {".", ".."} & set(path.split("/")):
        return None
    return found["id"] if entry.path.isprintable() else None


def _codes(exchange: Exchange) -> set[str]:
    return {error.code for error in parse_errors(exchange.body)}
