"""A certificate that mitmdump refuses in its client's place is named with the reason; one that it takes is not."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from regdoctor.checks.auth.autoredirect_replaces_realm import autoredirect_replaces_realm
from regdoctor.checks.tls.authority_unknown import authority_unknown
from regdoctor.checks.tls.certificate_expired import certificate_expired
from regdoctor.checks.tls.certificate_not_yet_valid import certificate_not_yet_valid
from regdoctor.checks.tls.certificate_wrong_name import certificate_wrong_name
from regdoctor.lab.certificates import Authority, Pair, Wishes, signing_pair
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.recorded_traffic import RecordedTraffic
from tests.e2e.recording_proxy import RecordingProxy

DAY = timedelta(days=1)
KNOWN, STRANGE = Authority("known to the recorder"), Authority("known to nobody")
PAIRS: Mapping[str, Pair] = {
    "": KNOWN.issue_for_localhost(),
    authority_unknown.name: STRANGE.issue_for_localhost(),
    certificate_expired.name: KNOWN.issue(Wishes(since=-9 * DAY, until=-DAY)),
    certificate_not_yet_valid.name: KNOWN.issue(Wishes(since=DAY, until=9 * DAY)),
    certificate_wrong_name.name: KNOWN.issue(Wishes(names=("registry.example.com",))),
}
"""By the check that tells what is wrong with it."""
PORTS = dict(zip(PAIRS, free_ports(len(PAIRS)), strict=True))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneRegistry]:
    """A registry without TLS that sends clients to its own host for tokens."""
    registry = LoneRegistry(tmp_path_factory.mktemp("registry"))
    bundle = registry.folder / "bundle.pem"
    bundle.write_text(signing_pair().certificate)
    token = f"service: container_registry, issuer: gitlab, rootcertbundle: '{bundle}', autoredirect: true"
    try:
        registry.serve(f"auth: {{token: {{realm: 'https://gitlab.example.com/jwt/auth', {token}}}}}\n")
        yield registry
    finally:
        registry.stop()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, plain: LoneRegistry) -> Iterator[RecordingProxy]:
    """A recorder that knows one of both authorities; nginx serves each pair before the registry."""
    folder, processes = tmp_path_factory.mktemp("site"), Processes()
    try:
        serve(folder, processes, plain.url)
        (folder / "ca.pem").write_text(KNOWN.certificate)
        trust = f"ssl_verify_upstream_trusted_ca={folder / 'ca.pem'}"
        with RecordingProxy(folder, "regular", "connection_strategy=lazy", trust) as running:
            yield running
    finally:
        processes.stop_all()


def serve(folder: Path, processes: Processes, upstream: str) -> None:
    """nginx with a port for each pair."""
    (folder / "run").mkdir()
    servers = ""
    for name, pair in PAIRS.items():
        file = folder / f"{name or 'good'}.pem"
        file.write_text(pair.certificate + pair.key)
        servers += (
            f"server {{ listen 127.0.0.1:{PORTS[name]} ssl; ssl_certificate {file}; ssl_certificate_key {file}; "
            f"location / {{ proxy_pass {upstream}; proxy_set_header Host $http_host; }} }}\n"
        )
    conf = folder / "nginx.conf"
    conf.write_text(main_conf(servers, folder / "run", folder / "error.log"))
    process = processes.start(
        "nginx",
        [find_program("nginx"), "-c", str(conf), "-p", str(folder), "-e", str(folder / "start.log")],
        log=folder / "nginx.log",
        environment=minimal_environment(folder),
    )
    process.wait_ready(lambda: listens(PORTS[""]))


def status(proxy: RecordingProxy, port: int, path: str = "/v2/") -> int:
    """What GET by TLS gets through the recorder, whoever's certificate that shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=60) as plain:
        plain.sendall(f"CONNECT localhost:{port} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        assert b" 200 " in plain.recv(4096)
        with context.wrap_socket(plain, server_hostname="localhost") as client:
            head = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: docker/29.0.0\r\n\r\n"
            client.sendall(head.encode())
            with client.makefile("rb") as answer:
                return int(answer.readline().split()[1])


@pytest.mark.parametrize("name", PAIRS)
def test_a_certificate_is_named_for_what_the_recorder_says_of_it(name: str, proxy: RecordingProxy) -> None:
    traffic = RecordedTraffic(proxy)
    assert status(proxy, PORTS[name]) == (502 if name else 401)
    assert traffic.names(at_least=1) == ([name] if name else [])


def test_autoredirect_sends_clients_to_a_place_where_nobody_gives_tokens(proxy: RecordingProxy) -> None:
    traffic = RecordedTraffic(proxy)
    assert status(proxy, PORTS[""]) == 401
    assert status(proxy, PORTS[""], "/auth/token?service=container_registry&account=me") == 404
    assert traffic.names(at_least=2) == [autoredirect_replaces_realm.name]
