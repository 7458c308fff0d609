"""The addon where traffic is unusual: what breaks off, upgrades, trailers, a script that is loaded anew."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
from pathlib import Path

from regdoctor.capture.addon_file import addon_file
from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.client import send
from regdoctor.lab.processes import wait_until
from regdoctor.traffic.reading import read_recordings
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.recording_proxy import RecordingProxy
from tests.hostile_servers import HostileServer, hostile

_START = "/v2/group/app/blobs/uploads/"
_PIECE = b"x" * 65536
_BLOB = f"/v2/group/app/blobs/sha256:{'a' * 64}"


def _recorded(proxy: RecordingProxy, count: int) -> list[Recorded]:
    """What was recorded, once there are this many; the addon has said nothing of an error of its own."""

    def read() -> list[Recorded]:
        return [one for one in read_recordings([proxy.recording]) if isinstance(one, Recorded)]

    wait_until(lambda: len(read()) >= count, "the recording")
    assert "regdoctor failed" not in proxy.output
    assert "Addon error" not in proxy.output
    return read()


def _received(connection: socket.socket) -> bytes:
    """All until the other side closes, or breaks off."""
    got = b""
    try:
        while piece := connection.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    return got


def test_a_client_that_hangs_up_in_a_layer(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true") as proxy:
        place = send("POST", f"http://{proxy.address}{_START}", headers={"Content-Length": "0"}).headers["location"]
        target = place.partition(proxy.address)[2]
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            client.sendall(f"PATCH {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n".encode() + _PIECE)
            uploads = lone_registry.folder / "data/docker/registry/v2/repositories/group/app/_uploads"
            wait_until(lambda: any(one.stat().st_size for one in uploads.glob("*/data")), "the piece in the storage")
        _, broken = _recorded(proxy, 2)
        assert (broken.request_size, broken.request_digest, broken.exchange.status) == (len(_PIECE), "", None)
        # The proxy goes on.
        assert proxy.status("/v2/") == 200


def test_a_server_that_dies_in_a_layer(tmp_path: Path) -> None:
    def dies(server: HostileServer, connection: socket.socket) -> None:
        server.request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + _PIECE)

    with hostile(dies) as server, RecordingProxy(tmp_path, f"reverse:{server.url}") as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            client.sendall(f"GET {_BLOB} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            got = _received(client)
        assert got.partition(b"\r\n\r\n")[2] == _PIECE
        (broken,) = _recorded(proxy, 1)
        assert (broken.response_size, broken.response_digest) == (len(_PIECE), "")
        assert broken.exchange.failure


def test_a_client_that_waits_for_100_continue(tmp_path: Path, lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    body = os.urandom(100_000)
    digest = hashlib.sha256(body).hexdigest()
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true") as proxy:
        place = send("POST", f"http://{proxy.address}{_START}", headers={"Content-Length": "0"}).headers["location"]
        target = f"{place.partition(proxy.address)[2]}&digest=sha256:{digest}"
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            head = f"PUT {target} HTTP/1.1\r\nHost: {proxy.address}\r\nContent-Length: {len(body)}\r\n"
            client.sendall(f"{head}Connection: close\r\nExpect: 100-continue\r\n\r\n".encode())
            assert client.recv(4096).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(body)
            assert _received(client).startswith(b"HTTP/1.1 201 Created\r\n")
        _, put = _recorded(proxy, 2)
        assert put.expected_continue
        assert put.request_digest == f"sha256:{digest}"


def test_another_protocol_after_an_upgrade(tmp_path: Path) -> None:
    def echoes(server: HostileServer, connection: socket.socket) -> None:
        server.request(connection)
        upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        connection.sendall(upgrade + b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
        connection.recv(4096)
        connection.sendall(b"\x81\x05there")

    with hostile(echoes) as server, RecordingProxy(tmp_path, f"reverse:{server.url}") as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            client.sendall(f"GET /-/cable HTTP/1.1\r\nHost: x\r\n{upgrade}{key}\r\n".encode())
            head = client.recv(4096)
            assert head.startswith(b"HTTP/1.1 101 ")
            # A text of five bytes; what clients send is masked, here with zeros (RFC 6455, 5.2).
            client.sendall(b"\x81\x85\0\0\0\0hello")
            assert (head.partition(b"\r\n\r\n")[2] + client.recv(4096)).startswith(b"\x81\x05there")
        (upgraded,) = _recorded(proxy, 1)
        assert upgraded.exchange.status == 101


def test_trailers_pass_as_they_do_where_mitmdump_itself_streams(tmp_path: Path) -> None:
    def trails(server: HostileServer, connection: socket.socket) -> None:
        server.request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest\r\n\r\n")
        connection.sendall(b"5\r\nhello\r\n0\r\nDigest: sha-256=x\r\n\r\n")

    def got(folder: Path, *options: str, addon: Path | None = None) -> bytes:
        folder.mkdir()
        with (
            hostile(trails) as server,
            RecordingProxy(folder, f"reverse:{server.url}", *options, addon=addon) as proxy,
            socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client,
        ):
            client.sendall(f"GET {_BLOB} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return _received(client)

    nothing = tmp_path / "nothing.py"
    nothing.write_text("addons = []\n")
    plain = got(tmp_path / "plain", "stream_large_bodies=1", addon=nothing)
    assert b"hello" in plain
    assert got(tmp_path / "ours") == plain


def test_a_script_that_is_loaded_anew_loses_neither_its_recording_nor_what_goes_by(
    tmp_path: Path, lone_registry: LoneRegistry
) -> None:
    lone_registry.serve()
    script = tmp_path / "registry_traffic.py"
    shutil.copy(addon_file(), script)
    body = os.urandom(len(_PIECE))
    with RecordingProxy(tmp_path, f"reverse:{lone_registry.url}", "keep_host_header=true", addon=script) as proxy:
        place = send("POST", f"http://{proxy.address}{_START}", headers={"Content-Length": "0"}).headers["location"]
        target = f"{place.partition(proxy.address)[2]}&digest=sha256:{hashlib.sha256(body).hexdigest()}"
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            head = f"PUT {target} HTTP/1.1\r\nHost: {proxy.address}\r\nContent-Length: {len(body)}\r\n"
            client.sendall(f"{head}Connection: close\r\n\r\n".encode() + body[:1000])
            uploads = lone_registry.folder / "data/docker/registry/v2/repositories/group/app/_uploads"
            wait_until(lambda: any(uploads.glob("*/data")), "the upload at the registry")
            later = script.stat().st_mtime + 5
            os.utime(script, (later, later))
            wait_until(lambda: proxy.output.count("Loading script") == 2, "the script loaded anew")
            wait_until(lambda: "1 call" in proxy.output, "the summary of what went by before")
            client.sendall(body[1000:])
            assert _received(client).startswith(b"HTTP/1.1 201 Created\r\n")
        post, put = _recorded(proxy, 2)
    assert (post.exchange.status, put.exchange.status) == (202, 201)
    assert (put.request_size, put.request_digest) == (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")
