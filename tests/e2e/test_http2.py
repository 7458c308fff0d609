"""HTTP/2 that HAProxy promises and does not speak: real clients of HTTP/2 fail, and succeed once the remedy is applied.

The Go client is a second registry that mirrors the first: its transport is Go's default, which offers h2. It asks its
upstream as it starts, and says in its log what came of it. skopeo offers HTTP/1.1 alone, and notices nothing.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote
from regdoctor.checks.proxy.http2_fails import http2_fails
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.http2_answer import Http2Answer
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.image import build_image
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.probe import NotApplicableError
from regdoctor.probes.http2_answer import http2_answer
from regdoctor.probes.public_answer import public_answer
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.tls_fronts import TlsFronts


@pytest.fixture
def fronts(tmp_path: Path) -> Iterator[TlsFronts]:
    """Fronts that end with the test."""
    processes = Processes()
    folder = tmp_path / "front"
    folder.mkdir()
    try:
        yield TlsFronts(folder, processes)
    finally:
        processes.stop_all()


def judge(fronts: TlsFronts) -> Outcome:
    """What the probes see from outside, and the check makes of it."""
    at = Endpoints(Endpoint(fronts.url, Quote("command line", "--registry")), None, None, None)
    door = Http(TrustedCAs(((str(fronts.ca), fronts.ca.read_text()),)))
    outcome = http2_fails.judge(
        answer=http2_answer.gather(at), public=public_answer.gather(at, door), rb=Absent("not part of this test")
    )
    assert isinstance(outcome, Outcome)
    return outcome


def curl(fronts: TlsFronts, *options: str) -> tuple[int, str]:
    """curl's exit code and what it printed."""
    done = subprocess.run(
        ["curl", "-sS", "--cacert", str(fronts.ca), *options, f"{fronts.url}/v2/"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def skopeo(fronts: TlsFronts, *arguments: str | Path) -> int:
    """skopeo's exit code."""
    done = subprocess.run(
        [find_program("skopeo"), *arguments],
        env={**minimal_environment(fronts.folder), "TMPDIR": str(fronts.folder)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode


def mirror_starts(fronts: TlsFronts, mirror: LoneRegistry) -> bool:
    """Whether a registry that mirrors the one behind the front comes up."""
    mirror.write(f"proxy: {{remoteurl: '{fronts.url}'}}\n")
    return mirror.start({"SSL_CERT_FILE": str(fronts.ca)})


def test_haproxy_promises_http2_and_passes_the_bytes_on_to_http1(
    fronts: TlsFronts, lone_registries: Callable[[str], LoneRegistry], tmp_path: Path
) -> None:
    registry, mirror = lone_registries("registry"), lone_registries("mirror")
    registry.serve()
    fronts.haproxy(registry.port, mode="tcp", alpn="h2,http/1.1")

    assert curl(fronts)[0] != 0
    assert not mirror_starts(fronts, mirror)
    assert any(symptom in mirror.log for symptom in http2_fails.symptoms), mirror.log
    build_image("HTTP/1.1\n").write_folder(tmp_path / "image")
    inside = ("--dest-tls-verify=false", f"dir:{tmp_path}/image", f"docker://127.0.0.1:{registry.port}/app:1")
    assert skopeo(fronts, "copy", "--insecure-policy", *inside) == 0
    outside = ("--src-tls-verify=false", f"docker://localhost:{fronts.port}/app:1", f"dir:{tmp_path}/pulled")
    assert skopeo(fronts, "copy", "--insecure-policy", *outside) == 0
    assert curl(fronts, "--http1.1") == (0, "{}")

    fail = judge(fronts)
    assert isinstance(fail, Fail)
    assert "the server chose h2 and answered as HTTP/1.1" in fail.message
    assert "`alpn http/1.1`" in fail.remedy[Dialect.PLAIN].text
    assert "`mode http`" in fail.remedy[Dialect.PLAIN].text

    fronts.haproxy(registry.port, mode="tcp", alpn="http/1.1")
    assert curl(fronts) == (0, "{}")
    assert mirror_starts(fronts, mirror), mirror.log
    with pytest.raises(NotApplicableError, match="offers no HTTP/2"):
        judge(fronts)

    fronts.haproxy(registry.port, mode="http", alpn="h2,http/1.1")
    assert curl(fronts, "-o", "/dev/null", "-w", "%{http_version}") == (0, "2")
    assert mirror_starts(fronts, mirror), mirror.log
    assert isinstance(judge(fronts), Pass)


def test_nginx_with_http2_before_the_registry_is_healthy(fronts: TlsFronts, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    fronts.nginx(lone_registry.port, "ssl http2")
    assert curl(fronts, "-o", "/dev/null", "-w", "%{http_version}") == (0, "2")
    assert isinstance(judge(fronts), Pass)


def test_the_registry_itself_speaks_http2_by_tls(fronts: TlsFronts, lone_registry: LoneRegistry) -> None:
    tls = f"tls: {{certificate: {fronts.pem}, key: {fronts.pem}}}"
    lone_registry.serve(f"http: {{addr: '127.0.0.1:@PORT', {tls}}}\n")
    fronts.url = f"https://localhost:{lone_registry.port}"
    assert isinstance(judge(fronts), Pass)
    at = Endpoints(Endpoint(fronts.url, Quote("command line", "--registry")), None, None, None)
    found = http2_answer.gather(at)
    assert isinstance(found, Http2Answer)
    assert found.last.exchange.seconds < 1

    lone_registry.serve(f"http: {{addr: '127.0.0.1:@PORT', http2: {{disabled: true}}, {tls}}}\n")
    with pytest.raises(NotApplicableError, match="offers no HTTP/2"):
        judge(fronts)
