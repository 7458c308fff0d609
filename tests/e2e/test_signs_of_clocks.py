"""A bucket whose clock is far from the registry's is told by the dates of their answers.

moto takes links whatever their time, so that nothing else is to be found. Stores that agree with their registry are in
test_signs_of_stores.py.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.checks.clock.object_store_clock_skew import object_store_clock_skew
from regdoctor.lab.client import send, status_of
from regdoctor.lab.object_store import Identity
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import minimal_environment, shifted_clock
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.moto_store import s3_section
from tests.e2e.recorded_traffic import RecordedTraffic
from tests.e2e.recording_proxy import RecordingProxy

LAYER = b"x" * 1000
DIGEST = f"sha256:{hashlib.sha256(LAYER).hexdigest()}"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    with RecordingProxy(tmp_path_factory.mktemp("proxy"), "regular", "connection_strategy=lazy") as running:
        yield running


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.stop_all()


def store(folder: Path, processes: Processes, clock: str) -> str:
    """moto's server with a bucket `images`, by a clock that faketime moves; its address."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    server = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = processes.start(
        "moto",
        server,
        log=folder / "moto.log",
        environment={**minimal_environment(folder), **shifted_clock(clock)},
        grace=0.0,
    )
    process.wait_ready(lambda: status_of(f"{url}/moto-api/") == 200, 60.0)
    assert send("PUT", f"{url}/images", headers={"Content-Length": "0"}).status == 200
    return url


def test_a_store_an_hour_behind_the_registry(
    proxy: RecordingProxy, lone_registry: LoneRegistry, processes: Processes, tmp_path: Path
) -> None:
    traffic = RecordedTraffic(proxy)
    endpoint = store(tmp_path, processes, "-1h")
    lone_registry.serve(s3_section(endpoint, "images", Identity("any", "any-secret")))
    start = lone_registry.ask("POST", "/v2/group/app/blobs/uploads/").headers["location"]
    end = f"{start.removeprefix(lone_registry.url)}&digest={DIGEST}"
    assert lone_registry.ask("PUT", end, LAYER).status == 201
    assert traffic.follow("GET", f"{lone_registry.url}/v2/group/app/blobs/{DIGEST}").body == LAYER
    assert traffic.names() == [object_store_clock_skew.name]
