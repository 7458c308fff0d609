"""What real registries, proxies and stores answer to uploads and pulls that fail is recognised when it goes by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.check import Severity
from regdoctor.checks.clients.authorization_sent_to_bucket import authorization_sent_to_bucket
from regdoctor.checks.registry.http_secret_differs import http_secret_differs
from regdoctor.checks.registry.rate_limited import rate_limited
from regdoctor.checks.registry.upload_digest_differs import upload_digest_differs
from regdoctor.checks.registry.upload_out_of_step import upload_out_of_step
from regdoctor.checks.storage.replicas_store_apart import replicas_store_apart
from regdoctor.lab.front import main_conf
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.passing_traffic import PassingTraffic

START = "/v2/group/app/blobs/uploads/"
LAYER = b"x" * 1000
STORED_IN_S3 = """
storage:
  s3: {{accesskey: {identity.access_key}, secretkey: {identity.secret_key}, region: us-east-1, bucket: {bucket},
       regionendpoint: '{endpoint}', secure: false}}
"""


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def push(traffic: PassingTraffic, url: str, data: bytes) -> None:
    """POST, one piece, and the end."""
    place = traffic.ask("POST", f"{url}{START}").headers["location"]
    place = traffic.ask("PATCH", place, data).headers["location"]
    assert traffic.ask("PUT", f"{place}&digest={digest_of(data)}").status == 201


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.stop_all()


def test_an_upload_that_goes_well_is_none(lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    traffic = PassingTraffic()
    push(traffic, lone_registry.url, LAYER)
    push(traffic, lone_registry.url, b"")
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    for piece in (LAYER, LAYER[:10], LAYER):
        place = traffic.ask("PATCH", place, piece).headers["location"]
    whole = digest_of(LAYER + LAYER[:10] + LAYER)
    assert traffic.ask("PUT", f"{place}&digest={whole}").status == 201
    assert traffic.names == []


def test_a_piece_at_an_offset_that_the_registry_is_not_at(lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    traffic = PassingTraffic()
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    traffic.ask("PATCH", place, LAYER)
    assert traffic.ask("PATCH", place, LAYER).status == 404
    assert traffic.names == [upload_out_of_step.name]
    assert "of which it has 1,000 bytes" in traffic.findings[0].fail.message


def test_bytes_that_are_not_those_of_the_digest(lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    traffic = PassingTraffic()
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    assert traffic.ask("PUT", f"{place}&digest={digest_of(b'other')}", LAYER).status == 400
    assert traffic.names == [upload_digest_differs.name]
    fail = traffic.findings[0].fail
    assert fail.message.endswith(f"those of {digest_of(LAYER)}")
    assert fail.failure_modes == ("PROXY-20",)


def test_a_digest_that_is_none_is_the_clients_mistake_and_not_told(lone_registry: LoneRegistry) -> None:
    lone_registry.serve()
    traffic = PassingTraffic()
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    assert b"DIGEST_INVALID" in traffic.ask("PUT", place, LAYER).body
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    assert b"DIGEST_INVALID" in traffic.ask("PUT", f"{place}&digest=sha256:12", LAYER).body
    assert traffic.names == []


def test_an_upload_that_another_secret_or_another_storage_goes_on_with(lone_registry: LoneRegistry) -> None:
    lone_registry.serve("http: {addr: '127.0.0.1:@PORT', secret: one}\n")
    traffic = PassingTraffic()
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    lone_registry.serve("http: {addr: '127.0.0.1:@PORT', secret: two}\n")
    assert traffic.ask("PATCH", place, LAYER).status == 404
    assert traffic.names == [http_secret_differs.name]

    traffic = PassingTraffic()
    place = traffic.ask("POST", f"{lone_registry.url}{START}").headers["location"]
    elsewhere = f"storage: {{filesystem: {{rootdirectory: {lone_registry.folder}/elsewhere}}}}\n"
    lone_registry.serve(f"http: {{addr: '127.0.0.1:@PORT', secret: two}}\n{elsewhere}")
    assert traffic.ask("PATCH", place, LAYER).status == 404
    assert traffic.names == [replicas_store_apart.name]


def test_nginx_that_allows_no_more_requests(tmp_path: Path, lone_registry: LoneRegistry, processes: Processes) -> None:
    lone_registry.serve()
    (port,) = free_ports(1)
    (tmp_path / "run").mkdir()
    (tmp_path / "nginx.conf").write_text(
        main_conf(
            "  limit_req_zone $binary_remote_addr zone=all:1m rate=1r/m;\n  limit_req_status 429;\n"
            f"  server {{\n    listen 127.0.0.1:{port};\n    location /v2/ {{\n      limit_req zone=all;\n"
            f"      proxy_set_header Host $http_host;\n      proxy_pass {lone_registry.url};\n    }}\n  }}\n",
            tmp_path / "run",
            tmp_path / "error.log",
        )
    )
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
    nginx = processes.start("nginx", command, log=tmp_path / "nginx.log", environment=environment)
    nginx.wait_ready(lambda: listens(port))

    traffic = PassingTraffic()
    assert traffic.ask("GET", f"http://127.0.0.1:{port}/v2/").status == 200
    assert traffic.names == []
    assert traffic.ask("GET", f"http://127.0.0.1:{port}/v2/group/app/manifests/1").status == 429
    assert traffic.names == [rate_limited.name]
    assert traffic.findings[0].fail.message.startswith("nginx")


def test_a_client_that_shows_the_bucket_its_authorization(
    lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    identity, bucket = object_store.identities["full"], object_store.create_bucket()
    lone_registry.serve(STORED_IN_S3.format(identity=identity, bucket=bucket, endpoint=object_store.endpoint))
    traffic = PassingTraffic()
    push(traffic, lone_registry.url, LAYER)
    led = traffic.ask("GET", f"{lone_registry.url}/v2/group/app/blobs/{digest_of(LAYER)}")
    assert led.status == 307
    link = led.headers["location"]
    assert re.search(r"X-Amz-Signature=[0-9a-f]{64}", link)
    assert traffic.ask("GET", link).body == LAYER
    assert traffic.names == []

    answer = traffic.ask("GET", link, headers={"Authorization": "Bearer not-for-the-bucket"})
    assert traffic.names == [authorization_sent_to_bucket.name]
    # S3 itself refuses it with 400; SeaweedFS looks at the link and leaves it at that.
    assert answer.status == 200
    assert traffic.findings[0].fail.severity is Severity.INFO
