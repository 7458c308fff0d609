"""Starts a blob upload at the public address, reads where the answer sends the client, and cancels it."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.token_source import credentials_for
from regdoctor.probes.upload_residue import remove_residue
from regdoctor.target import Target

_REPOSITORY = "regdoctor/upload-test"
_DEADLINE = 6.0
"""Seconds for each request: two tokens, POST and DELETE, and for what an earlier run left, token and DELETE."""
_CLEANING = 6.0
"""Seconds after which no further one of an earlier run's uploads is begun with."""
_UPLOAD = re.compile(r"(?:/[A-Za-z0-9_.~-]+)*?/v2/(?P<name>.+)/blobs/uploads/(?P<id>[A-Za-z0-9_.~=:@+-]+)")
"""The path of an upload (distribution-spec, end-4b), behind `http.prefix` where there is one."""


@probe(
    reads="the Location in the answer to the start of a blob upload",
    writes=f"starts one upload (POST /v2/{_REPOSITORY}/blobs/uploads/, or in --repository) and cancels it (DELETE); "
    "cancels what an earlier run could not; on the registry's host removes the hash state that distribution 2 leaves "
    "of a cancelled upload, from its folder or, with its credentials, from its bucket; keeps a list of what is to be "
    "removed in XDG_STATE_HOME/regdoctor",
    limit=6 * _DEADLINE + _CLEANING,
    network=True,
)
def upload_start(
    target: Target,
    endpoints: Endpoints,
    source: TokenSource,
    door: Http,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
) -> UploadStart:
    """The answer to the POST. Raises NotApplicableError without --allow-writes.

    Raises CouldNotGatherError where no upload can be started, and before that where nothing could be noted down
    that a killed run leaves behind.
    """
    if not target.allow_writes:
        raise NotApplicableError("starting an upload writes to the registry: not tried without --allow-writes")
    public = endpoints.public
    if public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    try:
        ledger = Ledger()
        ledger.prepare()
        local = target.registry_url is None and isinstance(installation, Installation) and installation.live
        uploads = _Uploads(door, source, ledger, installation, config, local)
        uploads.clean_up(public.url)
        return _start(target.repository or _REPOSITORY, public, endpoints.internal, uploads)
    except OSError as error:
        raise CouldNotGatherError(
            f"the list of what is to be removed again cannot be kept: {error} (XDG_STATE_HOME names another place)"
        ) from error


@dataclass(frozen=True, slots=True)
class _Uploads:
    """What it takes to get rid of uploads."""

    door: Http
    source: TokenSource
    ledger: Ledger
    installation: Installation | Absent
    config: RegistryConfig | Absent
    local: bool
    """Whether the registry that is asked is the one of this installation, and its storage therefore the one at hand."""

    def clean_up(self, registry: str) -> None:
        """Remove what an earlier run left at this registry, as much as the time allows; the rest stays noted."""
        end = time.monotonic() + _CLEANING
        for entry in self.ledger.entries(registry):
            if time.monotonic() >= end:
                return
            with contextlib.suppress(CouldNotGatherError):  # no token for that repository
                self.cancel(entry)

    def cancel(self, entry: Entry) -> bool:
        """Whether the upload is gone: removed now, or unknown to the registry."""
        upload = _upload_id(entry)
        if upload is None:
            return False
        # Distribution wants `push` or `delete` by version for a DELETE of an upload; asking for all costs nothing.
        scopes = (Access("repository", entry.repository, ("pull", "push", "delete")),)
        credentials = credentials_for(self.door, self.source, scopes, deadline=_DEADLINE)
        exchange = self.door.send("DELETE", f"{entry.registry}{entry.path}", deadline=_DEADLINE, **credentials)
        unknown = any(error.code == "BLOB_UPLOAD_UNKNOWN" for error in parse_errors(exchange.body))
        if exchange.status != 204 and not unknown:
            return False
        if self.local and isinstance(self.installation, Installation) and isinstance(self.config, RegistryConfig):
            remove_residue(self.installation, self.config, self.door, entry.repository, upload)
        self.ledger.remove(entry)
        return True


def _start(repository: str, public: Endpoint, internal: Endpoint | None, uploads: _Uploads) -> UploadStart:
    scopes = (Access("repository", repository, ("pull", "push")),)
    credentials = credentials_for(uploads.door, uploads.source, scopes, deadline=_DEADLINE)
    url = f"{public.url}/v2/{repository}/blobs/uploads/"
    exchange = uploads.door.send("POST", url, deadline=_DEADLINE, **credentials)
    location = exchange.header("Location")
    if exchange.status != 202 or not location:
        hint = ""
        if exchange.status in (401, 403) and uploads.source.login:
            hint = f". Name a repository that {uploads.source.login.username} may push to with --repository"
        raise CouldNotGatherError(f"no upload could be started: {exchange.quote('Location').quote}{hint}")
    path = _path(url, location)
    if path is None:
        raise CouldNotGatherError(
            f"an upload was started, but its Location is no URL: {exchange.quote('Location').quote}. The registry "
            "removes it by itself in time (uploadpurging)"
        )
    # Where Location leads is what is in question: the upload is cancelled where it was started.
    entry = Entry("upload", public.url, repository, path)
    if _upload_id(entry) is None:
        return UploadStart(public, exchange, location, False, internal)
    uploads.ledger.add(entry)
    try:
        cancelled = uploads.cancel(entry)
    except CouldNotGatherError:
        cancelled = False  # no token for it this time; it is in the ledger
    return UploadStart(public, exchange, location, cancelled, internal)


def _path(url: str, location: str) -> str | None:
    """Path and query that Location means in the answer of `url`; None where it is no URL."""
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return None
    if not location.isprintable() or " " in location:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _upload_id(entry: Entry) -> str | None:
    """The upload that the path names; None where it is none of the entry's repository, so that nothing else is hurt."""
    path = entry.path.partition("?")[0]
    found = _UPLOAD.fullmatch(path)
    if found is None or found["name"] != entry.repository or {".", ".."} & set(path.split("/")):
        return None
    return found["id"] if entry.path.isprintable() else None
