"""Answers that proxies write into real traffic are named when a real mitmdump records them, and the same without not.

GitLab's own registry is not to be had here: nginx answers its two errors, before a docker-registry that serves the
rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.checks.gitlab.gitlab_api_fails import gitlab_api_fails
from regdoctor.checks.manifests.manifest_still_referenced import manifest_still_referenced
from regdoctor.checks.proxy.answers_by_http_1_0 import answers_by_http_1_0
from regdoctor.checks.proxy.chunked_refused import chunked_refused
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.real_proxies import Proxies
from tests.e2e.recorded_traffic import RecordedTraffic
from tests.e2e.recording_proxy import RecordingProxy

LAYER = b"x" * 1000
DIGEST = f"sha256:{hashlib.sha256(LAYER).hexdigest()}"
REFERENCED = '{"errors":[{"code":"MANIFEST_REFERENCED","message":"manifest referenced by a manifest list"}]}'
OWN = (
    "add_header Docker-Distribution-Api-Version registry/2.0 always; "
    "add_header Gitlab-Container-Registry-Version 4.40.0-gitlab always; "
    "default_type 'application/json; charset=utf-8'; "
)


@pytest.fixture(scope="module")
def traffic_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    with RecordingProxy(tmp_path_factory.mktemp("proxy"), "regular", "connection_strategy=lazy") as running:
        yield running


@pytest.fixture
def traffic(traffic_of: RecordingProxy) -> RecordedTraffic:
    return RecordedTraffic(traffic_of)


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.stop_all()


@pytest.fixture
def registry(lone_registry: LoneRegistry) -> LoneRegistry:
    lone_registry.serve("http: {addr: '127.0.0.1:@PORT', relativeurls: true}\n")
    return lone_registry


def push(traffic: RecordedTraffic, url: str) -> int:
    """POST, a piece in chunks and the end; the last status."""
    start = traffic.ask("POST", f"{url}/v2/group/app/blobs/uploads/")
    piece = traffic.ask("PATCH", f"{url}{start.headers['location']}", [LAYER[:300], LAYER[300:]])
    if piece.status != 202:
        return piece.status
    return traffic.ask("PUT", f"{url}{piece.headers['location']}&digest={DIGEST}").status


def nginx(folder: Path, processes: Processes, upstream: str, *locations: str) -> str:
    """Its address; `locations` stand before the one that passes everything on."""
    (port,) = free_ports(1)
    (folder / "run").mkdir()
    server = (
        f"server {{ listen 127.0.0.1:{port}; server_tokens off; proxy_http_version 1.1; proxy_request_buffering off; "
        f"proxy_set_header Host $http_host; {' '.join(locations)} location / {{ proxy_pass {upstream}; }} }}"
    )
    conf = folder / "nginx.conf"
    conf.write_text(main_conf(server, folder / "run", folder / "error.log"))
    process = processes.start(
        "nginx",
        [find_program("nginx"), "-c", str(conf), "-p", str(folder), "-e", str(folder / "start.log")],
        log=folder / "nginx.log",
        environment=minimal_environment(folder),
    )
    process.wait_ready(lambda: listens(port))
    return f"http://127.0.0.1:{port}"


def test_gitlabs_own_calls_and_a_deletion_that_its_registry_refuses(
    traffic: RecordedTraffic, registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    url = nginx(
        tmp_path,
        processes,
        registry.url,
        f"location /gitlab/v1/repositories/ {{ {OWN} return 500 '{{}}'; }}",
        f"location ~ ^/v2/group/listed/manifests/ {{ {OWN} return 409 '{REFERENCED}'; }}",
    )
    assert traffic.ask("GET", f"{url}/v2/").status == 200
    assert traffic.ask("GET", f"{url}/gitlab/v1/").status == 404
    assert push(traffic, url) == 201
    assert traffic.names() == []

    assert traffic.ask("GET", f"{url}/gitlab/v1/repositories/group/app/?size=self").status == 500
    assert traffic.names() == [gitlab_api_fails.name]
    traffic.start()
    assert traffic.ask("DELETE", f"{url}/v2/group/listed/manifests/{DIGEST}").status == 409
    assert traffic.names() == [manifest_still_referenced.name]


def test_apache_that_answers_by_http_1_0_and_apache_as_it_comes(
    traffic: RecordedTraffic, registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    proxies = Proxies(tmp_path, processes)
    assert push(traffic, proxies.apache(registry.port, "ProxyPreserveHost On")) == 201
    assert traffic.names() == []
    traffic.start()
    processes.stop_all()

    # Apache's own words for old clients (env.html, Special Purpose Environment Variables).
    words = "RewriteRule .* - [E=downgrade-1.0:1,E=force-response-1.0:1]"
    old = ("ProxyPreserveHost On", "RewriteEngine On", words)
    assert push(traffic, proxies.apache(registry.port, *old)) == 201
    assert traffic.names() == [answers_by_http_1_0.name]


@pytest.mark.parametrize("status", [411, 501])
def test_a_proxy_that_takes_no_layer_in_chunks(
    status: int, traffic: RecordedTraffic, registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    refusing = f"set $kind $request_method$http_transfer_encoding; if ($kind = PATCHchunked) {{ return {status}; }}"
    assert push(traffic, nginx(tmp_path, processes, registry.url, refusing)) == status
    assert traffic.names() == [chunked_refused.name]
