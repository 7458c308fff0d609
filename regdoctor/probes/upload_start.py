"""Starts a blob upload at the public address, reads where the answer sends the client, and cancels it."""

from __future__ import annotations

import contextlib
import re
import time
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
_DEADLINE = 6.0
"""Seconds for each request: two tokens, POST and DELETE, and for what an earlier run left, token and DELETE."""
_CLEANING = 6.0
"""Seconds after which no further one of an earlier run's uploads is begun with."""
_UPLOAD = re.compile(r"(?:/[A-Za-z0-9_.~-]+)*?/v2/(?P<name>.+)/blobs/uploads/(?P<id>[A-Za-z0-9_.~=:@+-]+)")
"""The path of an upload (distribution-spec, end-4b), behind `http.prefix` where there is one."""


@probe(
    reads="the Location in the answer to the start of a blob upload",
    writes=f"starts one upload (POST /v2/{_REPOSITORY}/blobs/uploads/, or in --repository) and cancels it (DELETE)",
    limit=6 * _DEADLINE + _CLEANING,
)
def upload_start(target: Target, endpoints: Endpoints, source: TokenSource, door: Http) -> UploadStart:
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
        _clean_up(door, source, ledger, public.url)
        return _start(target.repository or _REPOSITORY, endpoints, source, door, ledger)
    except OSError as error:
        raise CouldNotGatherError(
            f"the list of what is to be removed again cannot be kept: {error} (XDG_STATE_HOME names another place)"
        ) from error


def _clean_up(door: Http, source: TokenSource, ledger: Ledger, registry: str) -> None:
    """Remove what an earlier run left at this registry, as much as the time allows; the rest stays in the ledger."""
    end = time.monotonic() + _CLEANING
    for entry in ledger.entries(registry):
        if time.monotonic() >= end:
            return
        with contextlib.suppress(CouldNotGatherError):  # no token for that repository
            _cancel(door, source, ledger, entry)


def _start(repository: str, endpoints: Endpoints, source: TokenSource, door: Http, ledger: Ledger) -> UploadStart:
    public = endpoints.public
    assert public is not None  # noqa: S101 - looked at before
    scopes = (Access("repository", repository, ("pull", "push")),)
    credentials = credentials_for(door, source, scopes, deadline=_DEADLINE)
    url = f"{public.url}/v2/{repository}/blobs/uploads/"
    exchange = door.send("POST", url, deadline=_DEADLINE, **credentials)
    location = exchange.header("Location")
    if exchange.status != 202 or not location:
        raise CouldNotGatherError(f"no upload could be started: {exchange.quote('Location').quote}")
    path = _path(url, location)
    if path is None:
        raise CouldNotGatherError(
            f"an upload was started, but its Location is no URL: {exchange.quote('Location').quote}. The registry "
            "removes it by itself in time (uploadpurging)"
        )
    # Where Location leads is what is in question: the upload is cancelled where it was started.
    entry = Entry("upload", public.url, repository, path)
    if not _is_upload(entry):
        return UploadStart(public, exchange, location, False, endpoints.internal)
    ledger.add(entry)
    try:
        cancelled = _cancel(door, source, ledger, entry)
    except CouldNotGatherError:
        cancelled = False  # no token for it this time; it is in the ledger
    return UploadStart(public, exchange, location, cancelled, endpoints.internal)


def _path(url: str, location: str) -> str | None:
    """Path and query that Location means in the answer of `url`; None where it is no URL."""
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return None
    if not location.isprintable() or " " in location:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_upload(entry: Entry) -> bool:
    """Whether the path is that of an upload in the entry's repository, and so nothing else can come to harm."""
    path = entry.path.partition("?")[0]
    found = _UPLOAD.fullmatch(path)
    dots = {".", ".."} & set(path.split("/"))
    return found is not None and found["name"] == entry.repository and not dots and entry.path.isprintable()


def _cancel(door: Http, source: TokenSource, ledger: Ledger, entry: Entry) -> bool:
    """Whether the upload is gone: removed now, or unknown to the registry."""
    if not _is_upload(entry):
        return False
    # Distribution wants `push` or `delete` by version for a DELETE of an upload; asking for all costs nothing.
    scopes = (Access("repository", entry.repository, ("pull", "push", "delete")),)
    credentials = credentials_for(door, source, scopes, deadline=_DEADLINE)
    exchange = door.send("DELETE", f"{entry.registry}{entry.path}", deadline=_DEADLINE, **credentials)
    unknown = any(error.code == "BLOB_UPLOAD_UNKNOWN" for error in parse_errors(exchange.body))
    if exchange.status != 204 and not unknown:
        return False
    ledger.remove(entry)
    return True
