"""A small real image: as bytes, as a folder for skopeo, and pushed by the registry's API."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from regdoctor.distribution.digests import digest_of
from regdoctor.distribution.media_types import DOCKER_SCHEMA2
from regdoctor.lab.client import Answer, send
from regdoctor.lab.errors import LabError

_CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
_LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


@dataclass(frozen=True, slots=True)
class Image:
    """One config blob, one layer, one schema2 manifest (image-spec of Docker, v2 schema 2)."""

    config: bytes
    layer: bytes
    manifest: bytes

    def write_folder(self, folder: Path) -> None:
        """Write it in the form that skopeo calls `dir:`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "version").write_text("Directory Transport Version: 1.1\n")
        (folder / "manifest.json").write_bytes(self.manifest)
        for blob in (self.config, self.layer):
            (folder / digest_of(blob).hex).write_bytes(blob)


def build_image(greeting: str) -> Image:
    """An image whose one layer holds /etc/motd with `greeting`; the same greeting gives the same bytes."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo("etc/motd")
        member.size = len(greeting.encode())
        tar.addfile(member, io.BytesIO(greeting.encode()))
    layer = gzip.compress(archive.getvalue(), mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["cat", "/etc/motd"]},
            "rootfs": {"type": "layers", "diff_ids": [str(digest_of(archive.getvalue()))]},
            "history": [{"created": "2024-01-01T00:00:00Z", "created_by": "COPY motd /etc/motd"}],
            "created": "2024-01-01T00:00:00Z",
        }
    ).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": DOCKER_SCHEMA2,
        "config": _descriptor(_CONFIG_TYPE, config),
        "layers": [_descriptor(_LAYER_TYPE, layer)],
    }
    return Image(config, layer, json.dumps(manifest, indent=3).encode())


def _descriptor(media_type: str, blob: bytes) -> dict[str, str | int]:
    return {"mediaType": media_type, "size": len(blob), "digest": str(digest_of(blob))}


def push_image(registry_url: str, repository: str, tag: str, image: Image, token: str) -> None:
    """Push by the API (distribution spec, "Push"). Raises LabError with the registry's answer."""
    headers = {"Authorization": f"Bearer {token}"}
    for blob in (image.config, image.layer):
        opened = send("POST", f"{registry_url}/v2/{repository}/blobs/uploads/", headers=headers)
        _expect(opened, 202, "open an upload")
        location = opened.headers["location"]
        target = location if "://" in location else registry_url + location
        separator = "&" if "?" in target else "?"
        stored = send("PUT", f"{target}{separator}digest={digest_of(blob)}", headers=headers, body=blob)
        _expect(stored, 201, "store a blob")
    manifest_url = f"{registry_url}/v2/{repository}/manifests/{tag}"
    stored = send("PUT", manifest_url, headers={**headers, "Content-Type": DOCKER_SCHEMA2}, body=image.manifest)
    _expect(stored, 201, "store the manifest")


def _expect(answer: Answer, status: int, what: str) -> None:
    if answer.status != status:
        raise LabError(f"the registry would not {what}: HTTP {answer.status} {answer.body[:300]!r}")
