"""Pushes a small image as docker does, reads it back, and removes it again."""

from __future__ import annotations

import contextlib
import time

from regdoctor.distribution.reference_grammar import is_repository
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner, TrialPush
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.push_steps import PushSteps, StoppedError
from regdoctor.probes.repository_door import RepositoryDoor
from regdoctor.probes.trial_image import trial_image
from regdoctor.probes.trial_notes import OWN_REPOSITORY, TrialNotes
from regdoctor.probes.trial_removal import Removal

TRIAL_REPOSITORY = OWN_REPOSITORY
"""Where trials write, unless --repository names another."""

_FOR_REMOVAL = 10.0
"""Seconds of the deadline that are kept for the removal, a quarter of it at most."""


def push_trial(
    endpoint: Endpoint,
    repository: str,
    *,
    manner: Manner,
    size: int,
    door: Http,
    source: TokenSource,
    ledger: Ledger,
    installation: Installation | Absent,
    config: RegistryConfig | Absent,
    deadline: float,
    public: bool,
) -> TrialPush:
    """Push a new image with one layer of `size` bytes, and remove it whatever came of that.

    installation, config: of the registry behind the endpoint, whose storage is then swept; Absent where this
    machine's is another one. deadline: seconds for all requests together. public: whether clients use this address,
    so that a Location which leads anywhere else ends the push; of another hop's only path and query are followed.
    No redirect is followed: one in the answer about a blob counts as found.

    Raises ValueError for what cannot be a repository or a layer, OSError where nothing can be noted in the ledger;
    nothing has been sent then.
    """
    if not is_repository(repository):
        raise ValueError(f"{repository!r} cannot be a repository")
    image = trial_image(size)
    ledger.prepare()
    began = time.monotonic()
    end = began + deadline
    asker = RepositoryDoor(door, source, repository, end - min(_FOR_REMOVAL, deadline / 4), is_public=public)
    notes = TrialNotes(ledger, endpoint.url, repository)
    push = PushSteps(endpoint, manner, public, image, asker, notes, deadline)
    stopped = ""
    left: tuple[str, ...] = ()
    try:
        push.run()
    except (StoppedError, CouldNotGatherError) as error:
        stopped = str(error)
    except OSError as error:
        stopped = f"the list of what is to be removed again cannot be kept: {error}"
    finally:
        removal = Removal(door, source, ledger, installation, config, public)
        left = removal.remove(notes.entries, end, with_traces=True)
    return TrialPush(
        endpoint=endpoint,
        manner=manner,
        repository=repository,
        size=size,
        exchanges=tuple(asker.exchanges),
        stopped=f"{stopped}{_hint(asker, source)}" if stopped else "",
        location=push.location,
        left=left,
        image_left=bool(left) and _has_tag(ledger, notes),
        seconds=time.monotonic() - began,
    )


def _has_tag(ledger: Ledger, notes: TrialNotes) -> bool:
    """Whether the image's tag still stands in the ledger, after the removal."""
    with contextlib.suppress(OSError):
        still = ledger.entries(notes.registry)
        return any(entry.kind == "tag" and entry in still for entry in notes.entries)
    return False


def _hint(asker: RepositoryDoor, source: TokenSource) -> str:
    refused = asker.exchanges[-1].status in (401, 403) if asker.exchanges else False
    if not (refused and source.login):
        return ""
    return f". Name a repository that {source.login.username} may push to with --repository"
