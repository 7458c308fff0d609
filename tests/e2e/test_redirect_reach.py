"""A real registry sends clients on to where nobody listens, to a name that is none, and to a server that answers."""

from __future__ import annotations

import hashlib
import json

import pytest

from regdoctor.check import Fail, Pass, Quote
from regdoctor.checks.storage.redirect_host_unreachable import redirect_host_unreachable
from regdoctor.distribution.media_types import OCI_MANIFEST
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.redirect_reach import RedirectReach
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.ports import free_ports
from regdoctor.probes.public_reads import public_reads
from regdoctor.probes.redirect_reach import redirect_reach
from regdoctor.probes.served_manifests import served_manifests
from regdoctor.target import Target
from tests.e2e.lone_registry import LoneRegistry
from tests.hostile_servers import answering, hostile

OPEN = TokenSource(False, "", "", "")
NO_FILES = Absent("a client's machine", applicable=False)


def push(registry: LoneRegistry) -> None:
    """An image of nothing but its configuration."""
    config = json.dumps({"architecture": "amd64", "os": "linux"}).encode()
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    path = registry.ask("POST", "/v2/a/blobs/uploads/").headers["location"].removeprefix(registry.url)
    assert registry.ask("PUT", f"{path}&digest={digest}", config).status == 201
    described = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(config)}
    manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": described, "layers": []}
    body = json.dumps(manifest).encode()
    assert registry.ask("PUT", "/v2/a/manifests/latest", body, {"Content-Type": OCI_MANIFEST}).status == 201


def judged(registry: LoneRegistry, middleware: str = "") -> Fail | Pass:
    """The outcome with this middleware of the storage."""
    registry.serve(middleware)
    door = Http(TrustedCAs())
    at = Endpoints(Endpoint(registry.url, Quote("", "")), None, None, None)
    served = served_manifests.gather(Target(), at, OPEN, door)
    reach = redirect_reach.gather(public_reads.gather(at, served, OPEN, door), door)
    assert isinstance(reach, RedirectReach)
    outcome = redirect_host_unreachable.judge(reach=reach, config=registry.config(), installation=NO_FILES)
    assert isinstance(outcome, Fail | Pass)
    return outcome


def sending_to(url: str) -> str:
    """The middleware by which 2.8 sends clients on, whatever it stores in."""
    return f"middleware: {{storage: [{{name: redirect, options: {{baseurl: '{url}'}}}}]}}\n"


@pytest.fixture
def registry(lone_registry: LoneRegistry) -> LoneRegistry:
    """A registry with one image, `a:latest`."""
    lone_registry.serve()
    push(lone_registry)
    return lone_registry


def test_a_store_that_cannot_be_reached_is_told(registry: LoneRegistry) -> None:
    (closed,) = free_ports(1)
    for store, why in ((f"http://127.0.0.1:{closed}", "refused"), ("http://store.invalid", "store.invalid")):
        found = judged(registry, sending_to(store))
        assert isinstance(found, Fail), store
        assert found.resource == store
        assert why in found.message


def test_a_store_that_answers_and_a_registry_that_sends_nobody_on_are_healthy(registry: LoneRegistry) -> None:
    assert isinstance(judged(registry), Pass)
    with hostile(answering("206 Partial Content", body=b"{")) as store:
        assert isinstance(judged(registry, sending_to(store.url)), Pass)
        [request] = store.received
        assert b"range: bytes=0-0" in request.lower()
        assert b"authorization" not in request.lower()
