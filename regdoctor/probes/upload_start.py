"""Starts a blob upload at the public address, reads where the answer sends the client, and cancels it."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.upload_start import UploadStart
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.token_source import credentials_for
from regdoctor.target import Target

_REPOSITORY = "regdoctor/upload-test"


@probe(
    reads="the Location in the answer to the start of a blob upload",
    writes=f"starts one upload (POST /v2/{_REPOSITORY}/blobs/uploads/, or in --repository) and cancels it (DELETE)",
    limit=30.0,
)
def upload_start(target: Target, endpoints: Endpoints, source: TokenSource, door: Http) -> UploadStart:
    """The answer to the POST. Raises NotApplicableError without --allow-writes."""
    if not target.allow_writes:
        raise NotApplicableError("starting an upload writes to the registry: not tried without --allow-writes")
    public = endpoints.public
    if public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    ledger = Ledger()
    for entry in ledger.entries(public.url):
        _cancel(door, source, ledger, entry)
    repository = target.repository or _REPOSITORY
    credentials = credentials_for(door, source, (Access("repository", repository, ("pull", "push")),))
    url = f"{public.url}/v2/{repository}/blobs/uploads/"
    exchange = door.send("POST", url, **credentials)
    location = exchange.header("Location")
    if exchange.status != 202 or location is None:
        raise CouldNotGatherError(f"no upload could be started: {exchange.quote().quote}")
    # Where Location leads is what is in question: the upload is cancelled where it was started.
    parts = urlsplit(urljoin(url, location))
    if not parts.path.startswith("/"):
        raise CouldNotGatherError(f"an upload was started, but its Location is no address of a registry: {location}")
    entry = Entry("upload", public.url, repository, f"{parts.path}?{parts.query}" if parts.query else parts.path)
    ledger.add(entry)
    cancelled = _cancel(door, source, ledger, entry)
    return UploadStart(public, exchange, location, cancelled, endpoints.internal)


def _cancel(door: Http, source: TokenSource, ledger: Ledger, entry: Entry) -> bool:
    """Whether the upload is gone: removed now, or unknown to the registry."""
    # Distribution wants `push` or `delete` by version for a DELETE of an upload; asking for all costs nothing.
    scopes = (Access("repository", entry.repository, ("pull", "push", "delete")),)
    credentials = credentials_for(door, source, scopes)
    exchange = door.send("DELETE", f"{entry.registry}{entry.path}", **credentials)
    unknown = any(error.code == "BLOB_UPLOAD_UNKNOWN" for error in parse_errors(exchange.body))
    if exchange.status != 204 and not unknown:
        return False
    ledger.remove(entry)
    return True
