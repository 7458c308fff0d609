"""The real docker-registry's own answers are recognised for what they mean when they go by, a healthy push for none."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from regdoctor.checks.manifests.delete_by_tag import delete_by_tag
from regdoctor.checks.manifests.manifest_blob_unknown import manifest_blob_unknown
from regdoctor.checks.manifests.manifest_limit_exceeded import manifest_limit_exceeded
from regdoctor.checks.manifests.media_type_unknown import media_type_unknown
from regdoctor.checks.manifests.oci_not_accepted import oci_not_accepted
from regdoctor.checks.manifests.page_limit_exceeded import page_limit_exceeded
from regdoctor.checks.manifests.repository_name_invalid import repository_name_invalid
from regdoctor.checks.storage.blob_missing_in_storage import blob_missing_in_storage
from regdoctor.checks.storage.delete_disabled import delete_disabled
from regdoctor.checks.storage.folder_not_writable import folder_not_writable
from regdoctor.checks.storage.mounted_read_only import mounted_read_only
from regdoctor.checks.storage.readonly_left_on import readonly_left_on
from regdoctor.distribution.media_types import DOCKER_SCHEMA2, OCI_INDEX, OCI_MANIFEST
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.telling import Telling
from tests.e2e.lone_registry import LoneRegistry

DELETES = "storage: {{filesystem: {{rootdirectory: '{data}'}}, delete: {{enabled: true}}{more}}}\n"
READ_ONLY = ", maintenance: {readonly: {enabled: true}}"
LAYER = b"x" * 100
CONFIG = b"{}"


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest_of(CONFIG), "size": 2},
        "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest_of(LAYER), "size": len(LAYER)}
        ],
    }
).encode()
INDEX = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [{"mediaType": OCI_MANIFEST, "digest": digest_of(MANIFEST), "size": len(MANIFEST)}],
    }
).encode()


class Recorder:
    """Asks a registry, and tells what was found in each of its answers, cleaned as every recording is."""

    def __init__(self, registry: LoneRegistry) -> None:
        """Nothing was asked yet."""
        self.registry, self.telling, self.number = registry, Telling(), 0
        self.marks = Marks()

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> set[str]:
        """One request; the names of the checks that were found in it. In header names `_` stands for `-`."""
        return self.send(method, path, body, headers)[0]

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[set[str], str]:
        """The same, with where the answer leads, as a path."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        started = time.time()
        answer = self.registry.ask(method, path, body, sent)
        self.number += 1
        raw = RawExchange(
            id=str(self.number),
            method=method,
            url=f"{self.registry.url}{path}",
            request_headers=tuple(sent.items()),
            request_body=body,
            request_size=len(body),
            status=answer.status,
            response_headers=tuple(answer.headers.items()),
            response_body=answer.body,
            response_size=len(answer.body),
            started=started,
            ended=time.time(),
        )
        told = self.telling.take(clean(raw, self.marks))
        location = next((value for name, value in answer.headers.items() if name.lower() == "location"), "")
        return {one.check.name for one in told.findings}, location.removeprefix(self.registry.url)

    def push_blob(self, data: bytes) -> set[str]:
        """HEAD, POST and PUT, as clients do."""
        found = self.ask("HEAD", f"/v2/group/app/blobs/{digest_of(data)}")
        more, location = self.send("POST", "/v2/group/app/blobs/uploads/", b"", {})
        end = f"{location}&digest={digest_of(data)}"
        return found | more | self.ask("PUT", end, data, Content_Type="application/octet-stream")

    def push(self) -> set[str]:
        """A whole image."""
        found = self.push_blob(CONFIG) | self.push_blob(LAYER)
        return found | self.ask("PUT", "/v2/group/app/manifests/oci", MANIFEST, Content_Type=OCI_MANIFEST)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    registry = LoneRegistry(tmp_path / "registry")
    registry.serve()
    yield Recorder(registry)
    registry.stop()


def again(recorder: Recorder, more: str = "") -> None:
    recorder.registry.serve(DELETES.format(data=recorder.registry.folder / "data", more=more))


def test_a_push_and_a_pull_that_go_well_are_none(recorder: Recorder) -> None:
    assert recorder.push() == set()
    assert recorder.ask("GET", "/v2/group/app/manifests/oci", Accept=OCI_MANIFEST) == set()
    assert recorder.ask("GET", f"/v2/group/app/blobs/{digest_of(LAYER)}") == set()
    assert recorder.ask("GET", "/v2/group/app/manifests/absent") == set()
    assert recorder.ask("GET", "/v2/group/app/tags/list?n=100") == set()


def test_an_image_that_the_client_does_not_accept(recorder: Recorder) -> None:
    recorder.push()
    recorder.ask("PUT", "/v2/group/app/manifests/index", INDEX, Content_Type=OCI_INDEX)
    for tag in ("oci", "index"):
        assert recorder.ask("GET", f"/v2/group/app/manifests/{tag}", Accept=DOCKER_SCHEMA2) == {oci_not_accepted.name}


def test_manifests_that_the_registry_refuses(recorder: Recorder) -> None:
    recorder.push()
    other = "/v2/group/other/manifests/x"
    kind = "application/vnd.example.thing+json"
    assert recorder.ask("PUT", other, INDEX, Content_Type=OCI_INDEX) == {manifest_blob_unknown.name}
    assert recorder.ask("PUT", other, MANIFEST, Content_Type=OCI_MANIFEST) == {manifest_blob_unknown.name}
    large = b'{"schemaVersion":2,"x":"' + b"a" * (5 << 20) + b'"}'
    assert recorder.ask("PUT", other, large, Content_Type=OCI_MANIFEST) == {manifest_limit_exceeded.name}
    assert recorder.ask("PUT", other, b'{"schemaVersion":2}', Content_Type=kind) == {media_type_unknown.name}


def test_names_and_pages_that_the_registry_refuses(recorder: Recorder) -> None:
    assert recorder.ask("POST", f"/v2/{'a/' * 150}b/blobs/uploads/") == {repository_name_invalid.name}
    assert recorder.ask("GET", "/v2/_catalog?n=100000") == {page_limit_exceeded.name}


def test_deletions_that_the_registry_refuses(recorder: Recorder) -> None:
    recorder.push()
    by_digest = f"/v2/group/app/manifests/{digest_of(MANIFEST)}"
    assert recorder.ask("DELETE", by_digest) == {delete_disabled.name}
    again(recorder)
    assert recorder.ask("DELETE", "/v2/group/app/manifests/oci") == {delete_by_tag.name}
    again(recorder, READ_ONLY)
    assert recorder.ask("DELETE", by_digest) == {readonly_left_on.name}
    assert recorder.ask("POST", "/v2/group/app/blobs/uploads/") == {readonly_left_on.name}
    again(recorder)
    assert recorder.ask("DELETE", by_digest) == set()


def test_a_blob_that_was_removed_from_the_storage(recorder: Recorder) -> None:
    recorder.push()
    name = digest_of(LAYER)[7:]
    (recorder.registry.folder / f"data/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data").unlink()
    assert recorder.ask("GET", f"/v2/group/app/blobs/sha256:{name}") == {blob_missing_in_storage.name}


def test_a_folder_that_the_registry_may_not_write(recorder: Recorder) -> None:
    # Nobody may make a folder there, root included; in some containers it is mounted read-only as well.
    recorder.registry.serve("storage: {filesystem: {rootdirectory: /sys/kernel}}\n")
    found = recorder.ask("POST", "/v2/group/app/blobs/uploads/")
    assert found in ({folder_not_writable.name}, {mounted_read_only.name})
