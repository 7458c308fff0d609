"""Looking at the storage itself: what is seen is counted, what is not seen is said, and time is kept."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.manifest_samples import StoredManifests
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import stored_manifests as module

CONFIG_ONLY = Absent("nothing but the configuration is known")
"""In place of the registry's identity."""

DISK = parse_registry_config(b"storage: {filesystem: {rootdirectory: /var/reg}}", "config.yml")
SCHEMA1 = json.dumps({"schemaVersion": 1, "name": "a/b", "tag": "old"}).encode()
SCHEMA2 = json.dumps({"schemaVersion": 2}).encode()


def store(root: Path, repository: str, manifest: bytes, *, data: bool = True) -> Path:
    """Put a manifest below root/var/reg; gives the file of its bytes."""
    digits = hashlib.sha256(manifest).hexdigest()
    top = root / "var/reg/docker/registry/v2"
    link = top / f"repositories/{repository}/_manifests/revisions/sha256/{digits}/link"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.write_text(f"sha256:{digits}")
    file = top / f"blobs/sha256/{digits[:2]}/{digits}/data"
    file.parent.mkdir(parents=True, exist_ok=True)
    if data:
        file.write_bytes(manifest)
    return file


def gather(root: Path | None, door: Http, config: RegistryConfig = DISK, *, live: bool = False) -> StoredManifests:
    """The probe's answer."""
    found = module.stored_manifests.gather(Installation(root, Dialect.PLAIN, live), config, CONFIG_ONLY, door)
    assert isinstance(found, StoredManifests)
    return found


def test_manifests_on_disk_are_looked_at_and_nothing_else(tmp_path: Path, door: Http) -> None:
    store(tmp_path, "a/b", SCHEMA1)
    store(tmp_path, "c", SCHEMA2)
    top = tmp_path / "var/reg/docker/registry/v2/repositories"
    for path in ("c/_layers/sha256/" + "a" * 64, "c/_manifests/tags/x/current", "only/_uploads/1"):
        (top / path).mkdir(parents=True)
        (top / path / "link").write_text("x")
    found = gather(tmp_path, door)
    assert (found.looked_at, found.unreadable, found.complete) == (2, 0, True)
    (old,) = found.schema1
    assert (old.repository, old.reference, old.served) == ("a/b", "old", None)


def test_a_tag_that_cannot_be_one_is_not_repeated(tmp_path: Path, door: Http) -> None:
    store(tmp_path, "a", json.dumps({"schemaVersion": 1, "tag": "x\x1b[31m\n"}).encode())
    (old,) = gather(tmp_path, door).schema1
    assert old.reference.startswith("sha256:")


@pytest.mark.parametrize("kind", ["missing", "broken", "too big", "directory"])
def test_a_manifest_that_cannot_be_read_is_counted(tmp_path: Path, door: Http, kind: str) -> None:
    file = store(tmp_path, "a", SCHEMA1, data=False)
    if kind == "broken":
        file.write_bytes(b"{")
    elif kind == "too big":
        file.write_bytes(b" " * (4 << 20) + SCHEMA1)
    elif kind == "directory":
        file.mkdir()
    found = gather(tmp_path, door)
    assert (found.looked_at, found.schema1) == (1, ())
    assert found.unreadable == (0 if kind == "broken" else 1)


def test_links_of_the_tree_lead_within_it(tmp_path: Path, door: Http) -> None:
    root = tmp_path / "host"
    store(root, "a", SCHEMA1)
    (root / "var/reg").rename(root / "moved")
    (root / "var/reg").symlink_to("/moved")
    assert len(gather(root, door).schema1) == 1


def test_links_in_the_storage_are_not_walked_and_that_is_said(tmp_path: Path, door: Http) -> None:
    store(tmp_path, "a", SCHEMA2)
    top = tmp_path / "var/reg/docker/registry/v2/repositories"
    (top / "circle").symlink_to(top)
    found = gather(tmp_path, door)
    assert (found.looked_at, found.complete) == (1, False)


def test_a_folder_that_may_not_be_listed_makes_it_a_sample(
    tmp_path: Path, door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, "a", SCHEMA2)
    store(tmp_path, "closed", SCHEMA1)
    scan = os.scandir

    def refuse(path: str) -> Any:
        if str(path).endswith("/closed"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may list everything
    found = gather(tmp_path, door)
    assert (found.looked_at, found.complete) == (1, False)


def test_storage_that_is_not_there_is_no_empty_storage_unless_the_registry_runs_here(
    tmp_path: Path, door: Http
) -> None:
    with pytest.raises(CouldNotGatherError, match="/var/reg: the storage's folder is not in this tree"):
        gather(tmp_path, door)
    assert gather(tmp_path, door, live=True).complete
    (tmp_path / "var/reg").mkdir(parents=True)
    assert gather(tmp_path, door).words == "0 manifests, which is all"
    (tmp_path / "var/reg/docker").write_text("a file")
    with pytest.raises(CouldNotGatherError, match="not a directory"):
        gather(tmp_path, door)


def test_without_a_root_a_folder_cannot_be_found(door: Http) -> None:
    with pytest.raises(NotApplicableError, match="--root DIR"):
        gather(None, door)


def test_many_links_stay_within_the_time(tmp_path: Path, door: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BUDGET", 0.05)
    top = tmp_path / "var/reg/docker/registry/v2/repositories"
    for number in range(5_000):
        (top / f"{number // 50}/{number}").mkdir(parents=True)
    store(tmp_path, "z", SCHEMA1)
    began = time.monotonic()
    found = gather(tmp_path, door)
    assert time.monotonic() - began < 10  # all of them would be looked at in no less than the budget
    assert not found.complete


# In a bucket


class Store:
    """A tiny S3: objects by key, listed in pages."""

    def __init__(self, objects: dict[str, bytes], page: int = 2) -> None:
        self.objects, self.page, self.listings = objects, page, 0
        self.broken_after: int | None = None

    def __call__(self, one: Any) -> Any:
        path, _, text = one.path.partition("?")
        if not text:
            content = self.objects.get(path.removeprefix("/reg/"))
            return (200, {}, content) if content is not None else (404, {}, b"<Error><Code>NoSuchKey</Code></Error>")
        self.listings += 1
        if self.broken_after is not None and self.listings > self.broken_after:
            return 200, {}, b"<html>sign in</html>"
        query = {name: values[0] for name, values in parse_qs(text).items()}
        keys = sorted(key for key in self.objects if key.startswith(query["prefix"]) and key > query.get("marker", ""))
        shown = keys[: min(self.page, int(query["max-keys"]))]
        more = str(len(shown) < len(keys)).lower()
        found = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in shown)
        return 200, {}, f"<ListBucketResult><IsTruncated>{more}</IsTruncated>{found}</ListBucketResult>".encode()


def objects(count: int, root: str = "") -> dict[str, bytes]:
    """Repositories with a schema1 manifest each, and other keys between them."""
    found: dict[str, bytes] = {}
    for number in range(count):
        manifest = json.dumps({"schemaVersion": 1, "tag": f"t{number}"}).encode()
        digits = hashlib.sha256(manifest).hexdigest()
        base = f"{root}docker/registry/v2/"
        found[f"{base}repositories/r{number}/_manifests/revisions/sha256/{digits}/link"] = b""
        found[f"{base}repositories/r{number}/_manifests/tags/a&b/current/link"] = b""
        found[f"{base}blobs/sha256/{digits[:2]}/{digits}/data"] = manifest
    return found


def s3(url: str, root: str = "") -> RegistryConfig:
    """A registry that keeps its blobs at `url`."""
    s3 = f"regionendpoint: '{url}', bucket: reg, accesskey: access-key, secretkey: secret-key"
    return parse_registry_config(f"storage: {{s3: {{{s3}, rootdirectory: '{root}'}}}}".encode(), "config.yml")


@pytest.mark.parametrize("root", ["", "some/where/"])
def test_a_bucket_is_walked_page_by_page(serve: Callable[..., Any], door: Http, root: str) -> None:
    store = Store(objects(3, root))
    found = gather(None, door, s3(serve(store).url, root), live=True)
    assert (found.looked_at, found.unreadable, found.complete) == (3, 0, True)
    assert {one.reference for one in found.schema1} == {"t0", "t1", "t2"}
    assert store.listings == 3


def test_a_listing_that_breaks_off_makes_it_a_sample(serve: Callable[..., Any], door: Http) -> None:
    store = Store(objects(3))
    store.broken_after = 1
    found = gather(None, door, s3(serve(store).url), live=True)
    assert (found.looked_at, found.complete) == (1, False)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<Error><Code>AccessDenied</Code></Error>"),
        (200, b"<html>sign in</html>"),
        (200, b"<ListBucketResult>" + b"<x/>" * (1 << 20)),
    ],
    ids=["refused", "a page", "endless"],
)
def test_a_bucket_that_cannot_be_listed_is_said(
    serve: Callable[..., Any], door: Http, status: int, body: bytes
) -> None:
    server = serve(lambda _: (status, {}, body))
    with pytest.raises(CouldNotGatherError, match=f"the bucket cannot be listed: GET .* → {status}") as caught:
        gather(None, door, s3(server.url), live=True)
    assert "secret-key" not in str(caught.value)


def test_a_bucket_that_repeats_itself_ends_with_the_time(
    serve: Callable[..., Any], door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BUDGET", 0.3)
    body = b"<ListBucketResult><IsTruncated>true</IsTruncated><Key>docker/x</Key></ListBucketResult>"
    found = gather(None, door, s3(serve(lambda _: (200, {}, body)).url), live=True)
    assert (found.looked_at, found.complete) == (0, False)


def test_a_dead_store_is_said(door: Http, dead_url: str) -> None:
    with pytest.raises(CouldNotGatherError, match=r"the bucket cannot be listed: .*connection refused"):
        gather(None, door, s3(dead_url), live=True)


def test_requests_that_were_begun_in_time_fit_into_the_limit() -> None:
    assert module.stored_manifests.limit >= module._BUDGET + 2 * module._DEADLINE


def test_the_bucket_of_a_copied_configuration_is_not_asked(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))

    with pytest.raises(NotApplicableError, match="a copy"):
        gather(None, door, s3(server.url))

    assert server.seen == []
