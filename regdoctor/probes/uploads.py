"""Blob uploads that are started to try something: noted down before they can be forgotten, and cancelled again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.credentials import Credentials, credentials_for
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.trial_notes import TrialNotes, path_of
from regdoctor.probes.trial_removal import Removal, clean_up_trials
from regdoctor.target import Target

DEADLINE = 6.0
"""Seconds for each request, the question for a token included."""
CLEANING = 6.0
"""Seconds for what earlier runs left."""
REQUESTS_OF_A_START = 2
"""A token, or whether the login is taken, and the POST, at most."""
REQUESTS_OF_A_CANCELLATION = 3
"""A token and two DELETE, at most."""


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
    """The one of the registry that is asked, whose storage is at hand then; Absent where that is another one."""
    config: RegistryConfig | Absent

    def clean_up(self, registry: str) -> None:
        """Remove what earlier runs left at this registry, as much as the time allows; the rest stays noted."""
        clean_up_trials(
            registry,
            door=self.door,
            source=self.source,
            ledger=self.ledger,
            installation=self.installation,
            config=self.config,
            deadline=CLEANING,
            is_public=True,
        )

    def credentials(self, repository: str, registry: str) -> Credentials:
        """What opens a repository for a push at the URL `registry`. Raises CouldNotGatherError where nothing does."""
        scopes = (Access("repository", repository, ("pull", "push")),)
        return credentials_for(self.door, self.source, scopes, deadline=DEADLINE, registry=registry)

    def start(self, repository: str, registry: str) -> StartedUpload:
        """Start an upload at the URL `registry`; it is in the ledger when this returns.

        Raises CouldNotGatherError where none can be started, OSError where it cannot be noted down.
        """
        url = f"{registry}/v2/{repository}/blobs/uploads/"
        credentials = self.credentials(repository, registry)
        notes = TrialNotes(self.ledger, registry, repository)
        asked = notes.note_start()
        exchange = self.door.send("POST", url, deadline=DEADLINE, **credentials)
        location = exchange.header("Location")
        path = path_of(url, location) if exchange.status == 202 and location else None
        # Where Location leads is what is in question: the upload is cancelled where it was started.
        entry = notes.note_upload(path) if path is not None else None
        if exchange.status is not None:
            notes.strike(asked)
        if exchange.status != 202 or not location:
            hint = ""
            if exchange.status in (401, 403) and self.source.login:
                hint = f". Name a repository that {self.source.login.username} may push to with --repository"
            raise CouldNotGatherError(f"no upload could be started: {exchange.quote('Location').quote}{hint}")
        if path is None:
            raise CouldNotGatherError(
                f"an upload was started, but its Location is no URL: {exchange.quote('Location').quote}. The registry "
                "removes it by itself in time (uploadpurging)"
            )
        return StartedUpload(exchange, location, entry)

    def moved(self, entry: Entry, location: str) -> Entry:
        """The entry of an upload that goes on at `location`, noted in place of `entry`; `entry` where that is none.

        Only path and query are taken from it: credentials go nowhere else. Raises OSError.
        """
        path = path_of(f"{entry.registry}{entry.path}", location)
        notes = TrialNotes(self.ledger, entry.registry, entry.repository, [entry])
        return notes.note_upload(path or "", entry) or entry

    def cancel(self, entry: Entry) -> bool:
        """Whether the upload is gone: removed now, or unknown to the registry. What remains is in the ledger."""
        if entry.subject is None:
            return False
        removal = Removal(self.door, self.source, self.ledger, self.installation, self.config, is_public=True)
        return not removal.remove([entry], time.monotonic() + REQUESTS_OF_A_CANCELLATION * DEADLINE)


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
    if target.registry_url is not None:
        elsewhere = Absent("the registry was named by its address: its storage may be another one")
        return Uploads(door, source, ledger, elsewhere, elsewhere)
    return Uploads(door, source, ledger, installation, config)


def no_ledger(error: OSError) -> CouldNotGatherError:
    """What a probe raises where the ledger cannot be kept."""
    return CouldNotGatherError(
        f"the list of what is to be removed again cannot be kept: {error} (XDG_STATE_HOME names another place)"
    )
