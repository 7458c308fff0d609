"""What real clients do with a real registry that is well gives no finding, whatever they ask for and in what order."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.distribution.media_types import OCI_INDEX, OCI_MANIFEST
from regdoctor.evidence.recorded import Recorded
from regdoctor.lab.client import Answer
from regdoctor.lab.image import build_image
from regdoctor.lab.processes import wait_until
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.traffic.diagnosis import Diagnosis, Result
from regdoctor.traffic.telling import Telling
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.recorded_traffic import RecordedTraffic, recorded_in
from tests.e2e.recording_proxy import RecordingProxy

DELETES = "storage: {{filesystem: {{rootdirectory: '{data}'}}, delete: {{enabled: true}}}}\n"
CONFIG, LAYER = b"{}", b"x" * 100_000


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def described(kind: str, data: bytes) -> dict[str, object]:
    return {"mediaType": kind, "digest": digest_of(data), "size": len(data)}


MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": described("application/vnd.oci.image.config.v1+json", CONFIG),
        "layers": [described("application/vnd.oci.image.layer.v1.tar", LAYER)],
    }
).encode()
INDEX = json.dumps(
    {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [described(OCI_MANIFEST, MANIFEST)]}
).encode()
ACCEPTED = {"Accept": f"{OCI_INDEX}, {OCI_MANIFEST}"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingProxy]:
    """A recorder in reverse mode before a registry that deletes."""
    registry = LoneRegistry(tmp_path_factory.mktemp("registry"))
    try:
        registry.serve(DELETES.format(data=registry.folder / "data"))
        folder = tmp_path_factory.mktemp("proxy")
        with RecordingProxy(folder, f"reverse:{registry.url}", "keep_host_header=true") as proxy:
            yield proxy
    finally:
        registry.stop()


class Client:
    """Asks the recorder for what is in one repository."""

    def __init__(self, proxy: RecordingProxy, repository: str) -> None:
        """Nothing was asked yet."""
        self.traffic = RecordedTraffic(proxy)
        self.base = f"http://{proxy.address}/v2/{repository}"

    def ask(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> Answer:
        """One request; in header names `_` stands for `-`."""
        url = path if "://" in path else f"{self.base}{path}"
        return self.traffic.ask(method, url, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def push(self, *tags: str) -> None:
        """The image, and an index of it under the tag `index`."""
        for data in (CONFIG, LAYER):
            assert self.ask("HEAD", f"/blobs/{digest_of(data)}").status == 404
            place = self.ask("POST", "/blobs/uploads/").headers["location"]
            piece = self.traffic.ask("PATCH", place, [data[:1000], data[1000:]] if len(data) > 1000 else data)
            end = f"{piece.headers['location']}&digest={digest_of(data)}"
            assert self.ask("PUT", end).status == 201
        for tag in tags:
            assert self.ask("PUT", f"/manifests/{tag}", MANIFEST, Content_Type=OCI_MANIFEST).status == 201
        assert self.ask("PUT", "/manifests/index", INDEX, Content_Type=OCI_INDEX).status == 201

    def told(self) -> Diagnosis:
        """Of all that it asked; no check was found."""
        diagnosis = self.traffic.told()
        assert diagnosis.sightings == (), diagnosis.sentence
        return diagnosis


def test_an_index_its_images_and_their_layers_are_pushed_and_pulled(site: RecordingProxy) -> None:
    client = Client(site, "group/pulled")
    client.push("1", "2")
    pulled = client.ask("GET", "/manifests/index", **ACCEPTED)
    [image] = json.loads(pulled.body)["manifests"]
    assert client.ask("GET", f"/manifests/{image['digest']}", **ACCEPTED).body == MANIFEST
    for data in (CONFIG, LAYER):
        assert client.ask("GET", f"/blobs/{digest_of(data)}").body == data
    assert client.ask("GET", f"/blobs/{digest_of(LAYER)}", Range="bytes=10-19").status == 206
    etag = pulled.headers["etag"]
    assert client.ask("GET", "/manifests/index", If_None_Match=etag, **ACCEPTED).status == 304
    assert client.ask("GET", "/tags/list?n=1").status == 200
    assert client.ask("GET", f"/referrers/{digest_of(MANIFEST)}").status == 404
    assert client.ask("HEAD", f"/manifests/{digest_of(MANIFEST).replace(':', '-')}.sig", **ACCEPTED).status == 404
    assert "nothing found wrong" in client.told().sentence


def test_an_upload_that_is_taken_up_again_and_one_that_is_given_up(site: RecordingProxy) -> None:
    client = Client(site, "group/resumed")
    place = client.ask("POST", "/blobs/uploads/").headers["location"]
    begun = client.ask("PATCH", place, LAYER[:40_000], Content_Range="0-39999")
    asked = client.ask("GET", begun.headers["location"])
    assert (asked.status, asked.headers["range"]) == (204, "0-39999")
    rest = client.ask("PATCH", asked.headers["location"], LAYER[40_000:], Content_Range="40000-99999")
    assert rest.headers["range"] == "0-99999"
    assert client.ask("PUT", f"{rest.headers['location']}&digest={digest_of(LAYER)}").status == 201

    given_up = client.ask("POST", "/blobs/uploads/").headers["location"]
    given_up = client.ask("PATCH", given_up, LAYER[:10]).headers["location"]
    assert client.ask("DELETE", given_up).status == 204
    assert client.ask("GET", given_up).status == 404
    client.told()


def test_layers_that_are_mounted_from_where_they_are_and_from_where_they_are_not(site: RecordingProxy) -> None:
    Client(site, "group/source").push("1")
    client = Client(site, "group/mounted")
    mounted = client.ask("POST", f"/blobs/uploads/?mount={digest_of(LAYER)}&from=group/source")
    absent = client.ask("POST", f"/blobs/uploads/?mount={digest_of(b'none')}&from=group/source")
    assert (mounted.status, absent.status) == (201, 202)
    assert client.ask("PUT", f"{absent.headers['location']}&digest={digest_of(b'none')}", b"none").status == 201
    client.told()


def test_an_image_that_is_deleted_by_its_digest_and_asked_for_again(site: RecordingProxy) -> None:
    client = Client(site, "group/deleted")
    client.push("1")
    digest = client.ask("HEAD", "/manifests/1", **ACCEPTED).headers["docker-content-digest"]
    assert client.ask("DELETE", f"/manifests/{digest}").status == 202
    assert client.ask("HEAD", "/manifests/1", **ACCEPTED).status == 404
    assert client.ask("GET", "/tags/list").status == 200
    client.told()


def test_a_tag_that_nobody_pushed_is_said_not_to_be_there_and_is_no_fault(site: RecordingProxy) -> None:
    client = Client(site, "group/asked")
    assert client.ask("GET", "/manifests/never-pushed", **ACCEPTED).status == 404
    assert client.ask("GET", "/tags/list").status == 404
    # That the tag is not there is said, and counts for nothing: whoever asked may have meant another one.
    told = client.told()
    assert "asked for what is not there" in told.sentence
    assert (told.result, told.worst()) == (Result.HEALTHY, None)


def test_curl_at_its_own_ways(site: RecordingProxy, tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    layer.write_bytes(LAYER)
    client = Client(site, "group/curl")
    before = len(recorded_in(site.recording))
    place = _curl(tmp_path, "-X", "POST", "-D", "-", "-o", "/dev/null", f"{client.base}/blobs/uploads/")
    [location] = [line.split()[1] for line in place.splitlines() if line.lower().startswith("location:")]
    end = f"{location}&digest={digest_of(LAYER)}"
    assert _curl(tmp_path, "-T", str(layer), "-H", "Expect: 100-continue", "-w", "%{http_code}", end) == "201"
    _curl(tmp_path, "-L", f"http://{site.address}/v2", f"http://{site.address}/v2/_catalog?n=5")
    _curl(tmp_path, "-I", f"{client.base}/blobs/{digest_of(LAYER)}")
    client.traffic.recorded(at_least=len(recorded_in(site.recording)) - before)
    diagnosis = _told(recorded_in(site.recording)[before:])
    assert diagnosis.sightings == (), diagnosis.sentence


def test_skopeo_copies_inspects_lists_and_deletes(site: RecordingProxy, tmp_path: Path) -> None:
    build_image("healthy").write_folder(tmp_path / "image")
    before = len(recorded_in(site.recording))
    first, second = (f"docker://{site.address}/copied/{name}:1" for name in ("app", "other"))
    to, both = "--dest-tls-verify=false", ("--src-tls-verify=false", "--dest-tls-verify=false")
    _skopeo(tmp_path, "copy", to, f"dir:{tmp_path}/image", first)
    _skopeo(tmp_path, "copy", to, f"dir:{tmp_path}/image", first)
    _skopeo(tmp_path, "copy", "--format=oci", *both, first, second)
    _skopeo(tmp_path, "copy", "--src-tls-verify=false", second, f"oci:{tmp_path}/pulled:1")
    _skopeo(tmp_path, "inspect", "--tls-verify=false", second)
    _skopeo(tmp_path, "list-tags", "--tls-verify=false", second.removesuffix(":1"))
    _skopeo(tmp_path, "delete", "--tls-verify=false", second)

    def recorded() -> list[Recorded]:
        return recorded_in(site.recording)[before:]

    wait_until(lambda: recorded()[-1].exchange.method == "DELETE", "the deletion in the recording")
    diagnosis = _told(recorded())
    assert diagnosis.sightings == (), diagnosis.sentence
    assert "nothing found wrong" in diagnosis.sentence


def _told(recorded: list[Recorded]) -> Diagnosis:
    telling = Telling()
    for one in recorded:
        telling.take(one)
    diagnosis = telling.end()
    assert not diagnosis.bugs
    return diagnosis


def _curl(folder: Path, *words: str) -> str:
    return _run(folder, "curl", "--silent", "--show-error", "--max-time", "30", *words)


def _skopeo(folder: Path, *words: str) -> str:
    return _run(folder, "skopeo", "--insecure-policy", *words)


def _run(folder: Path, program: str, *words: str) -> str:
    command = [str(find_program(program)), *words]
    done = subprocess.run(
        command, env=minimal_environment(folder), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
