"""Answers that proxies write into real traffic are named when a real mitmdump records them, and the same without not.

GitLab's own registry is not to be had here: nginx answers its two errors, before a docker-registry that serves the
rest.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.checks.gitlab.gitlab_api_fails import gitlab_api_fails
from regdoctor.checks.manifests.manifest_still_referenced import manifest_still_referenced
from regdoctor.checks.proxy.answers_by_http_1_0 import answers_by_http_1_0
from regdoctor.checks.proxy.basic_auth_before_tokens import basic_auth_before_tokens
from regdoctor.checks.proxy.chunked_refused import chunked_refused
from regdoctor.checks.proxy.location_wrong_scheme import location_wrong_scheme
from regdoctor.checks.proxy.post_redirected import post_redirected
from regdoctor.checks.proxy.proxy_pass_doubles_slash import proxy_pass_doubles_slash
from regdoctor.checks.storage.delete_disabled import delete_disabled
from regdoctor.checks.storage.pull_through_cache import pull_through_cache
from regdoctor.lab.certificates import signing_pair
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


def test_a_cache_of_another_registry_that_is_pushed_to_and_deleted_from(
    traffic: RecordedTraffic, registry: LoneRegistry, tmp_path: Path
) -> None:
    assert push(traffic, registry.url) == 201
    cache = LoneRegistry(tmp_path / "cache")
    try:
        cache.serve(f"proxy: {{remoteurl: '{registry.url}'}}\n")
        blob = f"{cache.url}/v2/group/app/blobs/{DIGEST}"
        assert traffic.ask("GET", blob).body == LAYER
        assert traffic.names() == []
        assert traffic.ask("POST", f"{cache.url}/v2/group/app/blobs/uploads/").status == 405
        assert traffic.names() == [pull_through_cache.name]
        assert traffic.ask("DELETE", blob).status == 405
        outcomes = {row["check"]: row for row in traffic.told().report.document()["outcomes"]}
    finally:
        cache.stop()
    assert set(outcomes) == {pull_through_cache.name, delete_disabled.name}
    assert outcomes[delete_disabled.name]["explained_by"] == pull_through_cache.name


def test_a_proxy_that_doubles_a_slash(
    traffic: RecordedTraffic, registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    url = nginx(tmp_path, processes, registry.url, f"location /v2 {{ proxy_pass {registry.url}/v2/; }}")
    manifest = f"{url}/v2/group/app/manifests/1"
    assert traffic.ask("GET", manifest).headers["location"] == "/v2/group/app/manifests/1"
    assert traffic.names() == [proxy_pass_doubles_slash.name]
    assert traffic.ask("POST", f"{url}/v2/group/app/blobs/uploads/").status == 301
    assert set(traffic.names()) == {proxy_pass_doubles_slash.name, post_redirected.name}
    traffic.start()

    # The registry's own, of a path without its last slash.
    assert traffic.ask("GET", f"{registry.url}/v2").status == 301
    assert traffic.names() == []


def test_a_proxy_that_sends_a_list_of_schemes(
    traffic: RecordedTraffic, registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    registry.serve()
    url = nginx(tmp_path, processes, registry.url, "proxy_set_header X-Forwarded-Proto 'https,http';")
    start = traffic.ask("POST", f"{url}/v2/group/app/blobs/uploads/", headers={"Host": url.removeprefix("http://")})
    assert start.headers["location"].startswith("https,http://")
    assert traffic.names() == [location_wrong_scheme.name]


def test_a_proxy_that_asks_for_a_password_before_a_registry_that_asks_for_tokens(
    traffic: RecordedTraffic, registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(signing_pair().certificate)
    registry.serve(
        "auth: {token: {realm: 'http://gitlab.example.com/jwt/auth', service: container_registry, issuer: gitlab, "
        f"rootcertbundle: '{bundle}'}}}}\n"
    )
    (tmp_path / "users").write_text("me:{PLAIN}secret-of-mine\n")
    url = nginx(tmp_path, processes, registry.url, f"auth_basic Registry; auth_basic_user_file {tmp_path / 'users'};")
    login = base64.b64encode(b"me:secret-of-mine").decode()
    assert traffic.ask("GET", f"{url}/v2/").headers["www-authenticate"] == 'Basic realm="Registry"'
    let_in = traffic.ask("GET", f"{url}/v2/", headers={"Authorization": f"Basic {login}"})
    assert let_in.headers["www-authenticate"].startswith("Bearer ")
    assert traffic.names() == []
    taken = traffic.ask("GET", f"{url}/v2/", headers={"Authorization": "Bearer a-token-that-somebody-gave"})
    assert taken.headers["www-authenticate"].startswith("Basic ")
    assert traffic.names() == [basic_auth_before_tokens.name]
