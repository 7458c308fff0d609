"""What people do with a registry 2.8 before an S3 store, tried by its clients: pull, push, delete, collect garbage."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from regdoctor.distribution.digests import digest_of
from regdoctor.distribution.media_types import DOCKER_SCHEMA2
from regdoctor.distribution.s3_operations import Use
from regdoctor.lab.client import send
from regdoctor.lab.image import Image, build_image, push_image
from regdoctor.lab.programs import find_program, minimal_environment
from tests.e2e.lone_registry import LoneRegistry

ROOT = "docker/registry/v2"
"""Where 2.8 keeps everything; no rootdirectory is set here."""
_LARGE = 33 << 20
"""Bytes; 2.8 moves layers of more than 32 MiB by copying their parts (multipartcopythresholdsize)."""
_REPOSITORY = "app"
_BASE = build_image("The image that is pulled.\n")


def blob_path(blob: bytes) -> str:
    """Where the registry keeps a blob, below `ROOT`."""
    digest = digest_of(blob).hex
    return f"blobs/sha256/{digest[:2]}/{digest}/data"


def image_of(name: str, *, large: bool = False) -> Image:
    """An image that no other name gives; large: one whose layer is moved in parts."""
    image = build_image(f"An image: {name}.\n")
    if not large:
        return image
    layer = gzip.compress(os.urandom(_LARGE), 0)
    manifest = json.loads(image.manifest)
    manifest["layers"][0] |= {"size": len(layer), "digest": str(digest_of(layer))}
    return replace(image, layer=layer, manifest=json.dumps(manifest).encode())


def image_with_known_blobs(name: str) -> Image:
    """An image with a manifest of its own, and the blobs of the one that is pulled: a client asks for them first."""
    return replace(_BASE, manifest=_manifest(f"pushed {name}"))


@dataclass
class Uses:
    """What people do with one running registry, and whether it is done."""

    registry: LoneRegistry
    holds: Callable[[str], bool]
    """Whether the bucket has an object of that key, past all permissions."""
    said: dict[Use, str] = field(default_factory=dict)
    """What was said of each, to be read where a test fails."""

    def store_base(self) -> None:
        """Store what is pulled, and what the others below have their blobs of. Raises LabError where it is refused."""
        push_image(self.registry.url, _REPOSITORY, "base", _BASE, "")

    def prepare(self, name: str) -> None:
        """Store a manifest to delete, with a tag, and one to collect as garbage, without."""
        deleted, garbage = _manifest(f"deleted {name}"), _manifest(f"garbage {name}")
        for tag, manifest in ((f"deleted-{name}", deleted), (str(digest_of(garbage)), garbage)):
            path = f"/v2/{_REPOSITORY}/manifests/{tag}"
            answer = self.registry.ask("PUT", path, manifest, {"Content-Type": DOCKER_SCHEMA2})
            assert answer.status == 201, answer

    def failing(self, name: str, pushed: Image, only: Collection[Use] = tuple(Use)) -> set[Use]:
        """What fails, of these; `name`: what was prepared; `pushed`: an image that is not stored yet."""
        tries: dict[Use, Callable[[], bool]] = {
            Use.PULL: lambda: self._pulls(name),
            Use.PUSH: lambda: self._pushes(name, pushed),
            Use.DELETE: lambda: self._deletes(_manifest(f"deleted {name}")),
            Use.GC: lambda: self._collects(_manifest(f"garbage {name}")),
            Use.HEALTH: self._is_healthy,
        }
        return {use for use, worked in tries.items() if use in only and not worked()}

    def _pulls(self, name: str) -> bool:
        return self._copies(Use.PULL, "--src-tls-verify=false", self._place("base"), f"dir:{self._folder(name)}-pulled")

    def _pushes(self, name: str, image: Image) -> bool:
        folder = f"{self._folder(name)}-pushed"
        image.write_folder(self.registry.folder / folder)
        return self._copies(Use.PUSH, "--dest-tls-verify=false", f"dir:{folder}", self._place(f"pushed-{name}"))

    def _deletes(self, manifest: bytes) -> bool:
        """Whether it is gone: what S3 refuses within an answer of status 200, 2.8 takes for done."""
        answer = self.registry.ask("DELETE", f"/v2/{_REPOSITORY}/manifests/{digest_of(manifest)}")
        self.said[Use.DELETE] = f"{answer.status} {answer.body!r}"
        return answer.status == 202 and not self.holds(_revision(manifest))

    def _collects(self, manifest: bytes) -> bool:
        """Whether the manifest without a tag is gone: its link, and its blob."""
        done = self._run("docker-registry", "garbage-collect", "-m", str(self.registry.file))
        self.said[Use.GC] = f"{done.returncode} {done.stdout}"
        left = [key for key in (_revision(manifest), f"{ROOT}/{blob_path(manifest)}") if self.holds(key)]
        return done.returncode == 0 and not left

    def _is_healthy(self) -> bool:
        answer = send("GET", f"http://127.0.0.1:{self.registry.debug_port}/debug/health")
        self.said[Use.HEALTH] = f"{answer.status} {answer.body!r}"
        return answer.status == 200

    def _place(self, tag: str) -> str:
        return f"docker://{urlsplit(self.registry.url).netloc}/{_REPOSITORY}:{tag}"

    def _folder(self, name: str) -> str:
        return str(self.registry.folder / name)

    def _copies(self, use: Use, *words: str) -> bool:
        done = self._run("skopeo", "copy", "--insecure-policy", "--retry-times", "0", *words)
        self.said[use] = done.stdout
        return done.returncode == 0

    def _run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        folder = self.registry.folder
        return subprocess.run(
            [find_program(program), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**minimal_environment(folder), "TMPDIR": str(folder)},
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )


def _manifest(name: str) -> bytes:
    """A manifest of its own, with the blobs of the image that is pulled."""
    return json.dumps(json.loads(_BASE.manifest) | {"annotations": {"name": name}}).encode()


def _revision(manifest: bytes) -> str:
    return f"{ROOT}/repositories/{_REPOSITORY}/_manifests/revisions/sha256/{digest_of(manifest).hex}/link"
