"""A manifest and its blob are read as a pull reads them, at the public address alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.manifest_samples import Example, ServedManifests
from regdoctor.evidence.public_reads import PublicReads
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.public_reads import public_reads

OPEN = TokenSource(False, "", "", "")
BLOB = f"sha256:{'0' * 64}"


def gather(url: str | None, door: Http, example: Example | None) -> PublicReads:
    """The probe's answer."""
    at = Endpoints(Endpoint(url, Quote("", "")) if url else None, None, None, None)
    found = public_reads.gather(at, ServedManifests((), 1, True, example=example), OPEN, door)
    assert isinstance(found, PublicReads)
    return found


def test_the_manifest_is_read_twice_and_then_its_blob(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {"X-Cache": "HIT"}, b"{}"))
    found = gather(server.url, door, Example("a/b", "latest", BLOB))
    assert server.asked() == ["GET /v2/a/b/manifests/latest"] * 2 + [f"GET /v2/a/b/blobs/{BLOB}"]
    assert found.manifest.header("X-Cache") == "HIT"
    assert found.blob is not None


def test_a_manifest_without_a_configuration_has_no_blob_to_read(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b"{}"))
    assert gather(server.url, door, Example("a", "1", "")).blob is None


def test_a_redirect_to_a_bucket_is_kept_and_not_followed(serve: Callable[..., Any], door: Http) -> None:
    bucket = serve(lambda _: (200, {}, b""))
    route = {"manifests": (200, {}, b"{}"), "blobs": (307, {"Location": f"{bucket.url}/x?X-Amz-Signature=1"}, b"")}
    server = serve(lambda one: route[one.path.split("/")[3]])
    found = gather(server.url, door, Example("a", "1", BLOB))
    assert found.blob is not None
    assert found.blob.status == 307
    assert bucket.seen == []


def test_what_cannot_be_read_is_said(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (502, {}, b""))
    with pytest.raises(CouldNotGatherError, match=r"the manifest could not be read .* → 502"):
        gather(server.url, door, Example("a", "1", BLOB))
    with pytest.raises(NotApplicableError, match="no manifest was found"):
        gather(server.url, door, None)
    with pytest.raises(NotApplicableError, match="public address"):
        gather(None, door, Example("a", "1", BLOB))
