"""Trial pushes to a registry that runs alone, and what its storage holds before and after."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner, TrialPush
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.lab.image import build_image, push_image
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.trial_push import TRIAL_REPOSITORY, push_trial
from regdoctor.probes.trial_removal import clean_up_trials
from tests.e2e.lone_registry import LoneRegistry

OPEN = TokenSource(False, "", "", "")
HERE = Installation(Path("/"), Dialect.PLAIN, live=True)
NOWHERE = Absent("another host's")
DELETES = "storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}\n"
MANNERS = list(Manner)


def start(registry: LoneRegistry, *, deletes: bool = True) -> None:
    """Serve, with an image that is not ours."""
    registry.serve(DELETES.format(folder=registry.folder) if deletes else "")
    push_image(registry.url, "group/project", "latest", build_image("not ours\n"), "")


def contents(registry: LoneRegistry) -> dict[str, bytes | None]:
    """Every file and folder of the storage."""
    top = registry.folder / "data"
    return {str(path.relative_to(top)): path.read_bytes() if path.is_file() else None for path in top.rglob("*")}


def push(
    url: str,
    door: Http,
    ledger: Ledger,
    *,
    manner: Manner = Manner.CHUNKED,
    size: int = 1024,
    repository: str = TRIAL_REPOSITORY,
    source: TokenSource = OPEN,
    config: RegistryConfig | None = None,
    public: bool = True,
) -> TrialPush:
    """A push; with a configuration it is on the registry's own host."""
    return push_trial(
        Endpoint(url, Quote("", "")),
        repository,
        manner=manner,
        size=size,
        door=door,
        source=source,
        ledger=ledger,
        installation=HERE if config else NOWHERE,
        config=config or NOWHERE,
        deadline=60.0,
        public=public,
    )


def clean_up(
    registry: LoneRegistry, door: Http, ledger: Ledger, config: RegistryConfig | None = None
) -> tuple[str, ...]:
    """What the next run does first."""
    where = HERE if config else NOWHERE
    return clean_up_trials(
        registry.url,
        door=door,
        source=OPEN,
        ledger=ledger,
        installation=where,
        config=config or NOWHERE,
        deadline=20.0,
        is_public=True,
    )
