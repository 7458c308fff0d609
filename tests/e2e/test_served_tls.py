"""The look at TLS against a real nginx and a real registry: healthy, old, and insisting on a client's certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.front import main_conf
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probes.served_tls import served_tls
from tests.certificates import issue
from tests.e2e.lone_registry import LoneRegistry

ABSENT = Absent("not part of this test", applicable=False)
ROOT = issue("test root", authority=True)
SERVER = issue("server", ROOT, dns=("localhost",))


def looked_at(port: int) -> ServedTls:
    """The probe's look at a server on that port that serves SERVER."""
    public = Endpoint(f"https://localhost:{port}", Quote("command line", "--registry"))
    door = Http(TrustedCAs((("ca.crt", ROOT.pem),)))
    found = served_tls.gather(Endpoints(public, None, None, None), door, ABSENT, ABSENT)
    assert isinstance(found, TlsLooks)
    assert [one.sha256 for one in found.looks[0].chain] == [SERVER.certificate.fingerprint(SHA256()).hex()]
    return found.looks[0]


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Callable[[str], ServedTls]]:
    """Starts nginx with further lines for its server, and gives the probe's look at it."""
    processes = Processes()

    def start(lines: str) -> ServedTls:
        (port,) = free_ports(1)
        (tmp_path / "server.crt").write_text(SERVER.pem)
        (tmp_path / "server.key").write_text(SERVER.key_pem)
        (tmp_path / "clients.crt").write_text(ROOT.pem + issue("Doe, J.", authority=True).pem)
        (tmp_path / "run").mkdir()
        server = f"""
  server {{
    listen 127.0.0.1:{port} ssl http2;
    server_name localhost;
    ssl_certificate {tmp_path}/server.crt;
    ssl_certificate_key {tmp_path}/server.key;
    location / {{ return 401; }}
    {lines.replace("CLIENTS", f"ssl_client_certificate {tmp_path}/clients.crt;")}
  }}
"""
        (tmp_path / "nginx.conf").write_text(main_conf(server, tmp_path / "run", tmp_path / "error.log"))
        command: list[str | Path] = [
            find_program("nginx"),
            "-p",
            tmp_path,
            "-c",
            tmp_path / "nginx.conf",
            "-e",
            tmp_path / "error.log",
        ]
        environment = minimal_environment(tmp_path)
        process = processes.start("nginx", command, log=tmp_path / "nginx.log", environment=environment)
        process.wait_ready(lambda: listens(port))
        return looked_at(port)

    yield start
    processes.stop_all()


def test_a_healthy_server(look: Callable[[str], ServedTls]) -> None:
    seen = look("ssl_protocols TLSv1.2 TLSv1.3;")
    assert (seen.failure, seen.by_system, seen.client_certificate, seen.old_only) == (None, None, None, False)
    assert (seen.protocol, seen.alpn) == ("TLSv1.3", "h2")


@pytest.mark.parametrize("protocol", ["TLSv1", "TLSv1.1"])
def test_a_server_of_old_protocols_alone(look: Callable[[str], ServedTls], protocol: str) -> None:
    seen = look(f"ssl_protocols {protocol}; ssl_ciphers ALL:@SECLEVEL=0;")
    assert (seen.old_only, seen.protocol, seen.failure, seen.by_system) == (True, protocol, None, None)
    assert seen.refused_first is not None
    assert "protocol version" in seen.refused_first.message


@pytest.mark.parametrize("protocol", ["TLSv1.2", "TLSv1.3"])
def test_a_server_that_insists_on_a_clients_certificate_answers_so_in_http(
    look: Callable[[str], ServedTls], protocol: str
) -> None:
    seen = look(f"ssl_protocols {protocol}; ssl_verify_client on; CLIENTS")
    assert seen.client_certificate is not None
    assert seen.client_certificate.message.endswith("it answers 400, No required SSL certificate was sent")
    assert (seen.protocol, seen.failure) == (protocol, None)
    assert set(seen.client_authorities) == {"CN=test root", "CN=Doe\\, J."}


def test_a_server_that_would_like_a_clients_certificate_does_not_insist(look: Callable[[str], ServedTls]) -> None:
    seen = look("ssl_verify_client optional; CLIENTS")
    assert (seen.client_certificate, seen.failure) == (None, None)
    assert seen.client_authorities


@pytest.mark.parametrize("demands", [True, False])
def test_a_registry_with_clientcas_insists_by_an_alert(
    lone_registry: LoneRegistry, tmp_path: Path, demands: bool
) -> None:
    for name, text in {"a.crt": SERVER.pem, "a.key": SERVER.key_pem, "ca.crt": ROOT.pem}.items():
        (tmp_path / name).write_text(text)
    pair = f"certificate: {tmp_path}/a.crt, key: {tmp_path}/a.key"
    clients = f", clientcas: [{tmp_path}/ca.crt]" if demands else ""
    lone_registry.serve(f"http: {{addr: '127.0.0.1:@PORT', tls: {{{pair}{clients}}}}}\n")
    seen = looked_at(lone_registry.port)
    assert (seen.failure, seen.protocol, seen.alpn, seen.by_system) == (None, "TLSv1.3", "h2", None)
    assert (seen.client_certificate is not None) == demands
    assert seen.client_authorities == (("CN=test root",) if demands else ())
    if seen.client_certificate:
        assert "alert bad certificate" in seen.client_certificate.message
