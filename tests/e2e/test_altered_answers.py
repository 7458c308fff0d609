"""What a real nginx does to answers with gzip and proxy_cache shows at the public address, and is blamed on a proxy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from regdoctor.check import Fail, Pass, Quote
from regdoctor.checks.proxy.blobs_compressed_or_cached import blobs_compressed_or_cached
from regdoctor.distribution.media_types import OCI_MANIFEST
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.public_reads import PublicReads
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.lab.processes import Processes
from regdoctor.probes.public_reads import public_reads
from regdoctor.probes.served_manifests import served_manifests
from regdoctor.target import Target
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import ABSENT, UPLOADS, Site

OPEN = TokenSource(False, "", "", "")


@pytest.fixture
def site(tmp_path: Path, lone_registry: LoneRegistry) -> Iterator[Site]:
    """A registry with one image, `a:latest`, and an nginx before it."""
    processes = Processes()
    try:
        lone_registry.serve()
        site = Site(tmp_path, processes, lone_registry)
        site.front()
        push(site)
        yield site
    finally:
        processes.stop_all()


def push(site: Site) -> None:
    """An image of nothing but its configuration."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "comment": "x" * 2000}).encode()
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    path = site.ask("POST", UPLOADS).headers["location"].removeprefix(site.url)
    assert site.ask("PUT", f"{path}&digest={digest}", config).status == 201
    described = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(config)}
    manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": described, "layers": []}
    answer = site.ask("PUT", "/v2/a/manifests/latest", json.dumps(manifest).encode(), **{"Content-Type": OCI_MANIFEST})
    assert answer.status == 201


def judged(site: Site) -> Fail | Pass:
    """The outcome of what the probes read at nginx, its configuration unseen."""
    certificate = site.folder / "server.crt"
    door = Http(TrustedCAs(((str(certificate), certificate.read_text()),)))
    at = Endpoints(Endpoint(site.url, Quote("", "")), None, None, None)
    served = served_manifests.gather(Target(), at, OPEN, door)
    reads = public_reads.gather(at, served, OPEN, door)
    assert isinstance(reads, PublicReads)
    outcomes = blobs_compressed_or_cached.judge(reads=reads, nginx=ABSENT, config=ABSENT, gitlab=ABSENT)
    assert isinstance(outcomes, Iterable)
    (outcome,) = outcomes
    assert isinstance(outcome, Fail | Pass)
    return outcome


def test_a_plain_nginx_passes_and_so_does_one_that_compresses_texts(site: Site) -> None:
    assert isinstance(judged(site), Pass)
    site.front({"gzip": "gzip on;", "types": "gzip_types text/css application/json;"})
    assert isinstance(judged(site), Pass)


def test_a_blob_that_nginx_compresses_is_seen(site: Site) -> None:
    site.front({"gzip": "gzip on;", "types": "gzip_types application/octet-stream;"})
    outcome = judged(site)
    assert isinstance(outcome, Fail)
    assert "blobs arrive compressed (gzip)" in outcome.message
    assert site.blamed(blobs_compressed_or_cached) is not None


def test_a_manifest_that_nginx_keeps_is_seen_where_it_says_so(site: Site) -> None:
    keep = {
        "cache": "proxy_cache all;",
        "valid": "proxy_cache_valid any 10m;",
        "told": "add_header X-Proxy-Cache $upstream_cache_status;",
    }
    site.front(keep, outside=f"proxy_cache_path {site.folder}/cache keys_zone=all:1m;")
    outcome = judged(site)
    assert isinstance(outcome, Fail)
    assert "a manifest by its tag comes out of a cache (X-Proxy-Cache)" in outcome.message
    assert site.blamed(blobs_compressed_or_cached) is not None
