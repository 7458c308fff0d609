"""Nothing but a trial's own objects and uploads is ever removed, whatever the ledger or the store says."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.bucket_writes import BucketWrites, RunningUpload
from regdoctor.probes.ledger import Entry, Ledger
from regdoctor.probes.s3_leftovers import Leftovers, upload_entry
from regdoctor.probes.trial_prefix import REPOSITORY, object_entry, own_prefix

PREFIX = f"docker/registry/v2/repositories/{REPOSITORY}/_uploads/6b6bb619-6f97-4129-93d3-b3718b1bf639/"


def test_a_trials_own_entries_are_known() -> None:
    assert own_prefix(object_entry("http://s3/reg", PREFIX), "") == PREFIX
    assert own_prefix(upload_entry("http://s3/reg", RunningUpload(f"{PREFIX}data", "a/b?c=../d")), "") == PREFIX
    assert own_prefix(object_entry("http://s3/reg", f"root/{PREFIX}"), "root/") == f"root/{PREFIX}"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("object", ""),
        ("object", "docker/registry/v2/blobs/"),
        ("object", f"{PREFIX}data"),
        ("object", f"{PREFIX}../../"),
        ("object", f"elsewhere/{PREFIX}"),
        ("object", PREFIX.replace(REPOSITORY, "group/project")),
        ("object", f"{PREFIX}?"[:-1].removesuffix("/")),
        ("multipart", f"{PREFIX}data"),
        ("multipart", f"{PREFIX}data?"),
        ("multipart", f"{PREFIX}startedat?id"),
        ("multipart", f"{PREFIX}data?x\ny"),
        ("multipart", "docker/registry/v2/repositories/a/_uploads/x/data?id"),
        ("upload", PREFIX),
    ],
)
def test_every_other_entry_is_nobodys(kind: str, path: str) -> None:
    assert own_prefix(Entry(kind, "http://s3/reg", REPOSITORY, path), "") is None


def leftovers(url: str, door: Http, ledger: Ledger) -> Leftovers:
    """Of the bucket `reg` at a URL."""
    text = f"storage: {{s3: {{regionendpoint: '{url}', bucket: reg, accesskey: access-key, secretkey: secret-key}}}}"
    return Leftovers(BucketWrites(registry_bucket(parse_registry_config(text.encode(), "c.yml"), door), {}), ledger)


def test_uploads_that_are_listed_and_not_its_own_are_left_alone(
    serve: Callable[..., Any], door: Http, tmp_path: Path
) -> None:
    others = "".join(
        f"<Upload><Key>{key}</Key><UploadId>id</UploadId></Upload>"
        for key in ("docker/registry/v2/repositories/a/_uploads/x/data", f"{PREFIX}other", f"{PREFIX}data")
    )
    server = serve(lambda one: (200 if one.method != "DELETE" else 204, {}, others.encode()))
    ledger = Ledger(tmp_path / "ledger.json")
    ledger.add(object_entry(f"{server.url}/reg", PREFIX))
    leftovers(server.url, door, ledger).clean_up(time.monotonic() + 60)
    aborted = [path for path in server.asked() if path.startswith("DELETE") and "uploadId" in path]
    assert aborted == [f"DELETE /reg/{PREFIX}data?uploadId=id"]
    assert ledger.entries(f"{server.url}/reg") == ()


def test_entries_of_other_buckets_and_foreign_ones_are_not_touched(
    serve: Callable[..., Any], door: Http, tmp_path: Path
) -> None:
    server = serve(lambda _: (204, {}, b""))
    ledger = Ledger(tmp_path / "ledger.json")
    foreign = (
        object_entry(f"{server.url}/other", PREFIX),
        Entry("object", f"{server.url}/reg", REPOSITORY, "docker/registry/v2/blobs/"),
    )
    for entry in foreign:
        ledger.add(entry)
    leftovers(server.url, door, ledger).clean_up(time.monotonic() + 60)
    assert server.seen == []
    assert len(ledger.entries(f"{server.url}/reg")) == 1


def test_without_an_answer_it_stays_noted(door: Http, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.json")
    url = "http://127.0.0.1:1"
    ledger.add(object_entry(f"{url}/reg", PREFIX))
    leftovers(url, door, ledger).clean_up(time.monotonic() + 60)
    assert len(ledger.entries(f"{url}/reg")) == 1
