"""Reads a manifest and its configuration blob at the public address, as a pull does."""

from __future__ import annotations

from urllib.parse import quote

from regdoctor.distribution.media_types import ACCEPT_ALL
from regdoctor.distribution.tokens import Access
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.manifest_samples import ServedManifests
from regdoctor.evidence.public_reads import PublicReads
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.credentials import credentials_for

_DEADLINE = 6.0
"""Seconds for each request: a token, two manifests, a blob."""
_CAP = 1 << 16
"""Bytes of a body that are kept: the headers tell what is asked here."""


@probe(
    reads="a manifest by its tag, twice, and its configuration blob at the registry's public address",
    limit=4 * _DEADLINE + 1,
    network=True,
)
def public_reads(endpoints: Endpoints, served: ServedManifests, source: TokenSource, door: Http) -> PublicReads:
    """The answers. Raises NotApplicableError where there is nothing to read, CouldNotGatherError where no manifest
    came.
    """
    public, example = endpoints.public, served.example
    if public is None:
        raise NotApplicableError("the registry's public address is not known (--registry URL)")
    if example is None:
        raise NotApplicableError("no manifest was found that could be read")
    scopes = (Access("repository", example.repository, ("pull",)),)
    credentials = credentials_for(door, source, scopes, deadline=_DEADLINE, registry=public.url)
    base = f"{public.url}/v2/{quote(example.repository)}"
    accept = (("Accept", ACCEPT_ALL),)
    for _ in range(2):
        url = f"{base}/manifests/{quote(example.tag)}"
        manifest = door.send("GET", url, headers=accept, deadline=_DEADLINE, cap=_CAP, **credentials)
        if manifest.status != 200:
            raise CouldNotGatherError(f"the manifest could not be read {source.words}: {manifest.quote().quote}")
    blob = None
    if example.config:
        blob = door.send("GET", f"{base}/blobs/{example.config}", deadline=_DEADLINE, cap=_CAP, **credentials)
    return PublicReads(manifest, blob)
