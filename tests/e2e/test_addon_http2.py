"""The addon between HTTP/2 on both sides: curl, mitmdump, nginx, registry. Bodies have no length there."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.processes import Processes
from regdoctor.traffic.reading import read_recordings
from regdoctor.traffic.telling import Telling
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.recording_proxy import RecordingProxy
from tests.e2e.tls_fronts import TlsFronts

_START = "/v2/group/app/blobs/uploads/"


@pytest.fixture
def front(tmp_path: Path) -> Iterator[TlsFronts]:
    """nginx's folder; it ends with the test."""
    processes = Processes()
    folder = tmp_path / "front"
    folder.mkdir()
    try:
        yield TlsFronts(folder, processes)
    finally:
        processes.stop_all()


def _curl(proxy: RecordingProxy, *options: str, body: Path | None = None) -> str:
    """What a client of HTTP/2 prints that trusts the proxy's CA. body: its standard input."""
    ca = proxy.folder / "confdir" / "mitmproxy-ca-cert.pem"
    done = subprocess.run(
        ["curl", "-sS", "--http2", "--noproxy", "*", "--cacert", str(ca), *options],
        capture_output=True,
        input=body.read_bytes() if body else b"",
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_a_layer_without_a_length_is_counted_and_hashed_and_arrives(
    tmp_path: Path, lone_registry: LoneRegistry, front: TlsFronts
) -> None:
    lone_registry.serve()
    front.nginx(lone_registry.port, "ssl http2")
    layer = tmp_path / "layer"
    layer.write_bytes(bytes(range(256)) * 8192)
    digest = f"sha256:{hashlib.sha256(layer.read_bytes()).hexdigest()}"
    options = ("keep_host_header=true", f"ssl_verify_upstream_trusted_ca={front.ca}")
    with RecordingProxy(tmp_path, f"reverse:{front.url}", *options) as proxy:
        start = f"https://{proxy.address}{_START}"
        said = _curl(proxy, "-X", "POST", "-d", "", "-o", "/dev/null", "-w", "%{http_version} %header{location}", start)
        version, place = said.split()
        assert version == "2"
        assert place.startswith(f"https://{proxy.address}/")
        # Of standard input curl knows no length: what HTTP/1.1 sends in chunks.
        piece = ("-T", "-", "-X", "PATCH", "-H", "Content-Type: application/octet-stream")
        sent = _curl(proxy, *piece, "-o", "/dev/null", "-w", "%{http_code} %header{location}", place, body=layer)
        code, place = sent.split()
        assert code == "202"
        end = f"{place}&digest={digest}"
        assert _curl(proxy, "-X", "PUT", "-d", "", "-o", "/dev/null", "-w", "%{http_code}", end) == "201"
        fetched = tmp_path / "fetched"
        _curl(proxy, "-o", str(fetched), f"https://{proxy.address}/v2/group/app/blobs/{digest}")
    assert fetched.read_bytes() == layer.read_bytes()
    recorded = [one for one in read_recordings([proxy.recording]) if isinstance(one, Recorded)]
    telling = Telling()
    told = [telling.take(one) for one in recorded]
    kinds = [one.call.kind for one in told]
    assert kinds == [ApiKind.UPLOAD_START, ApiKind.UPLOAD_CHUNK, ApiKind.UPLOAD_FINISH, ApiKind.BLOB_GET]
    assert [finding.check.name for one in told for finding in one.findings] == []
    _, patch, _, got = recorded
    size = layer.stat().st_size
    assert (patch.request_size, patch.request_digest) == (size, digest)
    assert (got.response_size, got.response_digest) == (size, digest)
    assert "regdoctor failed" not in proxy.output
    assert proxy.flows.read_bytes().count(b"HTTP/2.0") >= 2 * len(recorded)
