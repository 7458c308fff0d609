"""Starts a blob upload at the public address, reads where the answer sends the client, and cancels it."""

from __future__ import annotations

from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.trial_push import TRIAL_REPOSITORY
from regdoctor.probes.uploads import (
    CLEANING,
    DEADLINE,
    REQUESTS_OF_A_CANCELLATION,
    REQUESTS_OF_A_START,
    Uploads,
    no_ledger,
    uploads_of,
)
from regdoctor.target import Target


@probe(
    reads="the Location in the answer to the start of a blob upload",
    writes=f"starts one upload (POST /v2/{TRIAL_REPOSITORY}/blobs/uploads/, or in --repository) and cancels it "
    "(DELETE); cancels what an earlier run could not; on the registry's host removes the hash state that "
    "distribution 2 leaves of a cancelled upload, from its folder or, with its credentials, from its bucket; keeps a "
    "list of what is to be removed in XDG_STATE_HOME/regdoctor",
    limit=CLEANING + (REQUESTS_OF_A_START + 2 * REQUESTS_OF_A_CANCELLATION) * DEADLINE,
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
        uploads = uploads_of(target, source, door, installation, config)
        uploads.clean_up(public.url)
        return _start(target.repository or TRIAL_REPOSITORY, public, endpoints.internal, uploads)
    except OSError as error:
        raise no_ledger(error) from error


def _start(repository: str, public: Endpoint, internal: Endpoint | None, uploads: Uploads) -> UploadStart:
    started = uploads.start(repository, public.url)
    cancelled = started.entry is not None and uploads.cancel(started.entry)
    return UploadStart(public, started.exchange, started.location, cancelled, internal)
