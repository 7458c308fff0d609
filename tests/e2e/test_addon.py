"""The addon in a real mitmdump: a real client pushes through it to a real registry."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from regdoctor.capture.addon_file import addon_file
from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.client import send
from regdoctor.lab.image import build_image
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import wait_until
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.traffic.reading import read_recordings
from regdoctor.traffic.telling import Telling
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.recording_proxy import RecordingProxy


def _push(folder: Path, registry: str) -> subprocess.CompletedProcess[str]:
    source = folder / "image"
    build_image("pushed through the proxy").write_folder(source)
    return subprocess.run(
        [
            find_program("skopeo"),
            *("copy", "--insecure-policy", "--dest-tls-verify=false", f"dir:{source}"),
            f"docker://{registry}/group/app:1",
        ],
        env=minimal_environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _told(path: Path) -> tuple[str, list[Recorded]]:
    recorded = [one for one in read_recordings([path]) if isinstance(one, Recorded)]
    telling = Telling()
    for one in recorded:
        telling.take(one)
    return telling.end().sentence, recorded


def test_a_push_in_reverse_mode_is_explained_and_recorded(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    # The registry makes its addresses of the Host header, so the client stays with the proxy.
    lone_registry.serve()
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true") as proxy:
        done = _push(tmp_path, proxy.address)
        assert done.returncode == 0, done.stderr
    output = proxy.output
    assert "Addon error" not in output
    assert "regdoctor failed" not in output
    assert "upload" in output
    assert "1 push" in output or "one push" in output
    assert stat.S_IMODE(proxy.recording.stat().st_mode) == 0o600
    sentence, recorded = _told(proxy.recording)
    assert sentence.split(",")[0] in output.replace("\n", " ")
    sent = [one for one in recorded if one.exchange.method in ("PATCH", "PUT") and one.request_digest]
    assert sent
    assert all(one.request_size for one in sent)
    # mitmdump's own file tells the same: what is not in a flow is in its metadata.
    again, raw = _told(proxy.flows)
    assert again == sentence
    assert [one.request_digest for one in raw] == [one.request_digest for one in recorded]


def test_bodies_go_through_unchanged_though_every_hook_fails(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    broken = tmp_path / "broken.py"
    hooks = ("take", "note", "summary")
    broken.write_text(
        "import runpy\n"
        "def refuse(*_, **__):\n    raise RuntimeError('forced')\n"
        f"names = runpy.run_path({str(addon_file())!r})\n"
        "(addon,) = names['addons']\n"
        + "".join(f"names['live_telling'].LiveTelling.{hook} = refuse\n" for hook in hooks)
        + "names['PassingOn'].__init__.__globals__['Tap'].take = refuse\n"
        "addons = [addon]\n"
    )
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true", addon=broken) as proxy:
        done = _push(tmp_path, proxy.address)
        assert done.returncode == 0, done.stderr
        body = os.urandom(3_000_000)
        digest = hashlib.sha256(body).hexdigest()
        start = send("POST", f"http://{proxy.address}/v2/group/app/blobs/uploads/", headers={"Content-Length": "0"})
        place = start.headers["location"]
        put = send("PUT", f"{place}&digest=sha256:{digest}", body=body)
        assert put.status == 201
        assert send("GET", f"http://{proxy.address}/v2/group/app/blobs/sha256:{digest}").body == body
    assert proxy.output.count("regdoctor failed in response;") == 1
    assert proxy.output.count("regdoctor failed in stream;") == 1


def test_a_client_that_does_not_trust_the_proxy_is_named(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with RecordingProxy(tmp_path, "regular", "connection_strategy=lazy") as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as plain:
            target = f"localhost:{lone_registry.port}"
            plain.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            assert b" 200 " in plain.recv(4096)
            with pytest.raises(ssl.SSLError, match="certificate verify failed"):
                ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        wait_until(lambda: "does not trust the proxy's CA" in proxy.output, "the addon's word")
    assert f"add {tmp_path / 'confdir' / 'mitmproxy-ca-cert.pem'} to the trust store" in proxy.output
    # Once when it happens, once at the end.
    assert proxy.output.count("A client that asked for localhost does not trust the proxy's CA") == 2


def test_a_registry_that_is_down_is_named_though_there_is_no_flow(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with RecordingProxy(tmp_path, f"reverse:http://127.0.0.1:{port}", "connection_strategy=eager") as proxy:
        assert proxy.status("/v2/") is None
        wait_until(lambda: f"got no connection to 127.0.0.1:{port}" in proxy.output, "the addon's word")


def test_without_regdoctor_traffic_passes_and_one_sentence_says_why(
    tmp_path: Path, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve()
    alone = tmp_path / "elsewhere" / "registry_traffic.py"
    alone.parent.mkdir()
    shutil.copy(addon_file(), alone)
    hidden = alone.with_name("hide.py")
    hidden.write_text(
        "import sys\nsys.modules['regdoctor'] = None\n"
        f"import runpy\naddons = runpy.run_path({str(alone)!r})['addons']\n"
    )
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", addon=hidden) as proxy:
        assert proxy.status("/v2/") == 200
    assert proxy.output.count("regdoctor cannot be imported by this mitmproxy") == 1
    assert str(sys.executable) in proxy.output
    assert not proxy.recording.exists()
