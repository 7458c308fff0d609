"""What real stores answer to clients that a registry sends to them is named for what it is; healthy answers are not.

The registry is docker-registry 2.8 with its layers in SeaweedFS. Where its own driver cannot bring an answer about (a
link that ended, Azure) the redirect is played and the store is real. Which store has no such answer: SeaweedFS, moto
and Azurite take a link for another region, have no KMS, and Google's store is to be had from Google alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from regdoctor.checks.clients.authorization_sent_to_bucket import authorization_sent_to_bucket
from regdoctor.checks.storage.azure_container_missing import azure_container_missing
from regdoctor.checks.storage.azure_links_refused import azure_links_refused
from regdoctor.checks.storage.azure_permission_missing import azure_permission_missing
from regdoctor.checks.storage.blob_missing_in_storage import blob_missing_in_storage
from regdoctor.checks.storage.redirect_host_unreachable import redirect_host_unreachable
from regdoctor.checks.storage.s3_blob_read_forbidden import s3_blob_read_forbidden
from regdoctor.checks.storage.s3_bucket_missing import s3_bucket_missing
from regdoctor.checks.storage.s3_presigned_refused import s3_presigned_refused
from regdoctor.checks.storage.storage_fails_registry import storage_fails_registry
from regdoctor.lab.front import main_conf
from regdoctor.lab.object_store import Identity, ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from tests.e2e.azurite import Azurite
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.moto_store import s3_section
from tests.e2e.recorded_traffic import RecordedTraffic
from tests.e2e.recording_proxy import RecordingProxy
from tests.e2e.signed_links import azure_link, s3_link, sending_on

LAYER = b"x" * 1000
NAME = hashlib.sha256(LAYER).hexdigest()
DIGEST = f"sha256:{NAME}"
KEY = f"docker/registry/v2/blobs/sha256/{NAME[:2]}/{NAME}/data"
BLOB = f"/v2/group/app/blobs/{DIGEST}"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    with RecordingProxy(tmp_path_factory.mktemp("proxy"), "regular", "connection_strategy=lazy") as running:
        yield running
    assert "Addon error" not in running.output


@pytest.fixture
def traffic(proxy: RecordingProxy) -> RecordedTraffic:
    return RecordedTraffic(proxy)


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.stop_all()


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """The emulator, with the layer in its container `images`."""
    started = Processes()
    emulator = Azurite(tmp_path_factory.mktemp("azurite"), started)
    try:
        emulator.start()
        assert emulator.make("images").put(KEY, LAYER).status == 201
        yield emulator
    finally:
        started.stop_all()


def push(traffic: RecordedTraffic, url: str) -> int:
    """POST, a piece in chunks and the end, as docker does it; the status of the last that was answered."""
    start = traffic.ask("POST", f"{url}/v2/group/app/blobs/uploads/")
    if start.status != 202:
        return start.status
    piece = traffic.ask("PATCH", start.headers["location"], [LAYER[:300], LAYER[300:]])
    return traffic.ask("PUT", f"{piece.headers['location']}&digest={DIGEST}").status


@pytest.fixture
def stored(lone_registry: LoneRegistry, object_store: ObjectStore, traffic: RecordedTraffic) -> str:
    """The bucket of a running registry that remembers which blobs it has; the layer is in it."""
    bucket = object_store.create_bucket()
    serve(lone_registry, object_store, bucket)
    assert push(traffic, lone_registry.url) == 201
    assert traffic.follow("HEAD", f"{lone_registry.url}{BLOB}").status == 200
    assert traffic.names() == []
    traffic.start()
    return bucket


def serve(
    registry: LoneRegistry, store: ObjectStore, bucket: str, who: str = "full", endpoint: str = "", more: str = ""
) -> None:
    storage = s3_section(endpoint or store.endpoint, bucket, store.identities[who])[: -len("}\n")]
    registry.serve(f"{storage}, cache: {{blobdescriptor: inmemory}}}}\n{more}")


def test_layers_that_the_bucket_gives_are_no_finding(
    stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry
) -> None:
    assert stored
    assert traffic.follow("GET", f"{lone_registry.url}{BLOB}").body == LAYER
    link = traffic.ask("GET", f"{lone_registry.url}{BLOB}").headers["location"]
    assert traffic.ask("GET", link, headers={"Range": "bytes=0-0"}).status == 206
    assert push(traffic, lone_registry.url) == 201
    told = traffic.told()
    assert told.sightings == ()
    assert "nothing found wrong" in told.sentence


def test_an_identity_that_may_not_read_blobs(
    stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    serve(lone_registry, object_store, stored, "no-blob-read")
    for method, said in (("HEAD", "most likely lacks s3:GetObject"), ("GET", "(AccessDenied)")):
        assert traffic.follow(method, f"{lone_registry.url}{BLOB}").status == 403
        told = traffic.told()
        assert [one.check for one in told.sightings] == [s3_blob_read_forbidden.name]
        [row] = told.report.document()["outcomes"]
        assert row["message"].startswith(f"The bucket {stored!r} refuses {method} of objects under")
        assert said in row["message"]
        traffic.start()
    assert f"{s3_blob_read_forbidden.name}" in traffic.proxy.output


@pytest.mark.parametrize("who", ["no-write", "no-list"])
def test_an_identity_with_which_the_registry_itself_fails(
    who: str, stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    serve(lone_registry, object_store, stored, who)
    assert push(traffic, lone_registry.url) == 500
    assert traffic.names() == [storage_fails_registry.name]


def test_a_secret_key_that_is_wrong_and_a_store_that_is_not_there(
    stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    key = object_store.identities["full"].access_key
    lone_registry.serve(s3_section(object_store.endpoint, stored, Identity(key, "wrong")))
    assert traffic.ask("GET", f"{lone_registry.url}{BLOB}").status == 500
    [row] = traffic.told().report.document()["outcomes"]
    assert row["check"] == storage_fails_registry.name
    assert "refuses" in row["message"]
    traffic.start()

    (closed,) = free_ports(1)
    lone_registry.serve(s3_section(f"http://127.0.0.1:{closed}", stored, Identity(key, "wrong")))
    assert traffic.ask("GET", f"{lone_registry.url}{BLOB}").status == 500
    [row] = traffic.told().report.document()["outcomes"]
    assert row["check"] == storage_fails_registry.name
    assert "gets no answer" in row["message"]


def test_a_blob_that_was_removed_from_the_bucket(
    stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    object_store.delete_tree(stored, KEY.removesuffix("/data"))
    for method in ("HEAD", "GET"):
        assert traffic.follow(method, f"{lone_registry.url}{BLOB}").status == 404
        assert traffic.names() == [blob_missing_in_storage.name]
        traffic.start()


def test_a_bucket_that_was_removed(
    stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    object_store.delete_tree(stored)
    assert traffic.follow("GET", f"{lone_registry.url}{BLOB}").status == 404
    assert traffic.names() == [s3_bucket_missing.name]


def test_a_proxy_before_the_store_that_changes_the_host_of_links(
    stored: str,
    traffic: RecordedTraffic,
    lone_registry: LoneRegistry,
    object_store: ObjectStore,
    processes: Processes,
    tmp_path: Path,
) -> None:
    [port] = free_ports(1)
    (tmp_path / "run").mkdir()
    conf = tmp_path / "nginx.conf"
    server = (
        f"server {{ listen 127.0.0.1:{port}; client_max_body_size 0; set $named $http_host; "
        "if ($args ~ X-Amz-Signature) { set $named store.internal; } "
        f"location / {{ proxy_pass {object_store.endpoint}; proxy_set_header Host $named; }} }}"
    )
    conf.write_text(main_conf(server, tmp_path / "run", tmp_path / "error.log"))
    nginx = processes.start(
        "nginx",
        [find_program("nginx"), "-c", str(conf), "-p", str(tmp_path), "-e", str(tmp_path / "start.log")],
        log=tmp_path / "nginx.log",
        environment=minimal_environment(tmp_path),
    )
    nginx.wait_ready(lambda: listens(port))
    serve(lone_registry, object_store, stored, endpoint=f"http://127.0.0.1:{port}")
    answer = traffic.follow("GET", f"{lone_registry.url}{BLOB}")
    assert b"SignatureDoesNotMatch" in answer.body
    assert traffic.names() == [s3_presigned_refused.name]


def test_a_store_that_clients_do_not_reach(
    stored: str, traffic: RecordedTraffic, lone_registry: LoneRegistry, object_store: ObjectStore
) -> None:
    # What 2.8 sends clients to, whatever it stores in.
    (closed,) = free_ports(1)
    elsewhere = f"middleware: {{storage: [{{name: redirect, options: {{baseurl: 'http://127.0.0.1:{closed}'}}}}]}}\n"
    serve(lone_registry, object_store, stored, more=elsewhere)
    assert traffic.follow("GET", f"{lone_registry.url}{BLOB}").status == 502
    assert traffic.names() == [redirect_host_unreachable.name]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_links_of_s3_out_of_their_time_or_with_another_key(
    method: str, traffic: RecordedTraffic, object_store: ObjectStore
) -> None:
    bucket = object_store.create_bucket()
    object_store.put(bucket, KEY, LAYER)
    url, known = f"{object_store.endpoint}/{bucket}/{KEY}", object_store.identities["full"]
    stranger, forger = Identity("NOBODY", "any"), Identity(known.access_key, "any")
    # A store gives HEAD no reason: a refusal of it with nothing else to tell is put down to the permission.
    untold = s3_presigned_refused.name if method == "GET" else s3_blob_read_forbidden.name
    cases: tuple[tuple[str, int, list[str]], ...] = (
        (s3_link(method, url, known), 200, []),
        (s3_link(method, url, known, age=timedelta(minutes=19)), 200, []),
        (s3_link(method, url, known, age=HOUR), 403, [s3_presigned_refused.name]),
        (s3_link(method, url, stranger), 403, [untold]),
        (s3_link(method, url, forger), 403, [untold]),
    )
    for link, status, found in cases:
        with sending_on(link) as front:
            assert traffic.follow(method, f"{front}{BLOB}").status == status
        assert traffic.names() == found
        traffic.start()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_links_of_azure(method: str, traffic: RecordedTraffic, azurite: Azurite) -> None:
    wrong, gone = base64.b64encode(b"w" * 64).decode(), f"{KEY.partition('sha256')[0]}sha256/ab/{'ab' * 32}/data"
    cases: tuple[tuple[str, int, list[str], str], ...] = (
        (azure_link(azurite, "images", KEY, ends=HOUR), 200, [], ""),
        (azure_link(azurite, "images", KEY, ends=-HOUR), 403, [azure_links_refused.name], "is not in its time"),
        (azure_link(azurite, "images", KEY, ends=HOUR, key=wrong), 403, [azure_links_refused.name], ""),
        (azure_link(azurite, "images", KEY, ends=HOUR, letters="w"), 403, [azure_permission_missing.name], "images"),
        (azure_link(azurite, "never-made", KEY, ends=HOUR), 404, [azure_container_missing.name], "'never-made'"),
        (azure_link(azurite, "images", gone, ends=HOUR), 404, [blob_missing_in_storage.name], "sha256:abab"),
    )
    for link, status, found, words in cases:
        with sending_on(link) as front:
            answer = traffic.follow(method, f"{front}{BLOB}")
        assert answer.status == status, (link, answer)
        told = traffic.told()
        assert [one.check for one in told.sightings] == found, answer
        assert all(words in row["message"] for row in told.report.document()["outcomes"])
        traffic.start()


def test_a_client_that_shows_azure_its_authorization(traffic: RecordedTraffic, azurite: Azurite) -> None:
    link = azure_link(azurite, "images", KEY, ends=HOUR)
    with sending_on(link) as front:
        assert traffic.ask("GET", f"{front}{BLOB}").status == 307
    traffic.ask("GET", link, headers={"Authorization": "Bearer not-for-the-bucket"})
    assert traffic.names() == [authorization_sent_to_bucket.name]
