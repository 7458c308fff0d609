"""What a real mitmdump brings about itself is told as the recorder's doing, and by the checks of that name."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from regdoctor.checks.capture.answer_lost_in_capture import answer_lost_in_capture
from regdoctor.checks.capture.capture_not_trusted import capture_not_trusted
from regdoctor.checks.capture.location_leaves_capture import location_leaves_capture
from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.client import send
from regdoctor.lab.processes import wait_until
from regdoctor.report import Row
from regdoctor.traffic.reading import read_recordings
from regdoctor.traffic.telling import Telling
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.recording_proxy import RecordingProxy

START = "/v2/group/app/blobs/uploads/"
PIECE = b"x" * 65536
PATIENCE = 60.0
"""Seconds for one answer through the recorder, on a machine that many share."""


def _found(path: Path) -> list[Row]:
    """All that the exchanges of a recording tell."""
    telling = Telling()
    recorded = [one for one in read_recordings([path]) if isinstance(one, Recorded)]
    assert recorded
    for one in recorded:
        telling.take(one)
    diagnosis = telling.end()
    assert not diagnosis.bugs
    return list(diagnosis.report.causes)


def test_an_upload_that_goes_on_past_a_reverse_proxy(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}") as proxy:
        answer = send("POST", f"http://{proxy.address}{START}", headers={"Content-Length": "0"})
        assert answer.headers["location"].startswith(lone_registry.url)
    [finding] = _found(proxy.recording)
    assert finding.check == location_leaves_capture.name
    assert finding.resource == lone_registry.url


def test_an_upload_that_stays_with_it(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true") as proxy:
        answer = send("POST", f"http://{proxy.address}{START}", headers={"Content-Length": "0"})
        assert send("PATCH", answer.headers["location"], body=PIECE).status == 202
    assert _found(proxy.recording) == []


def test_a_registry_that_ends_while_a_layer_is_sent(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true") as proxy:
        answer = send("POST", f"http://{proxy.address}{START}", headers={"Content-Length": "0"})
        target = answer.headers["location"].partition(proxy.address)[2]
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as client:
            head = f"PATCH {target} HTTP/1.1\r\nHost: {proxy.address}\r\nContent-Length: {100 * len(PIECE)}\r\n\r\n"
            client.sendall(head.encode() + PIECE)
            uploads = lone_registry.folder / "data/docker/registry/v2/repositories/group/app/_uploads"
            wait_until(lambda: any(one.stat().st_size for one in uploads.glob("*/data")), "the piece in the storage")
            lone_registry.stop()
            with client.makefile("rb") as answer_came:
                assert b" 502 " in answer_came.readline()
    [finding] = _found(proxy.recording)
    assert finding.check == answer_lost_in_capture.name
    assert "closed the connection of a PATCH" in finding.message


def test_a_client_that_does_not_trust_it_leaves_no_exchange(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with RecordingProxy(tmp_path, "regular", "connection_strategy=lazy") as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as plain:
            target = f"localhost:{lone_registry.port}"
            plain.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
            assert b" 200 " in plain.recv(4096)
            with pytest.raises(ssl.SSLError, match="certificate verify failed"):
                ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        # What people search for is what mitmproxy says.
        wait_until(lambda: capture_not_trusted.symptoms[0] in proxy.output, "mitmproxy's own word")
    assert proxy.recording.read_bytes() == b""
