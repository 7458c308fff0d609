"""What a trial leaves is removed from the storage of the registry's own host alone, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.evidence.installation import Installation
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.folder_storage import FolderStorage
from regdoctor.probes.ledger import Entry
from regdoctor.probes.trial_storage import (
    BucketStorage,
    NotSweptError,
    remove_from,
    storage_at_hand,
)
from tests.probes.trial_entries import ENTRIES, HEX


def config(storage: str, more: str = "") -> RegistryConfig:
    """A registry's configuration."""
    return parse_registry_config(f"version: 0.1\nstorage: {storage}\n{more}".encode(), "config.yml")


ON_DISK = "{filesystem: {rootdirectory: /var/lib/registry}}"


def test_the_storage_is_at_hand_on_the_registrys_own_host_alone(tmp_path: Path, door: Http) -> None:
    here = Installation(tmp_path, Dialect.PLAIN, live=True)
    copy = Installation(tmp_path, Dialect.PLAIN, live=False)
    top = tmp_path / "var/lib/registry"
    none = Absent("none")
    assert storage_at_hand(here, config(ON_DISK), door) == FolderStorage(tmp_path, top)
    for where, what in ((copy, config(ON_DISK)), (none, config(ON_DISK)), (here, none), (here, config("{gcs: {}}"))):
        assert storage_at_hand(where, what, door) is None


def test_what_a_database_knows_of_is_left_to_it(tmp_path: Path, door: Http) -> None:
    here = Installation(tmp_path, Dialect.PLAIN, live=True)
    assert storage_at_hand(here, config(ON_DISK, "database: {enabled: true}\n"), door) is None
    assert storage_at_hand(here, config(ON_DISK, "database: {enabled: prefer}\n"), door) is None
    assert storage_at_hand(here, config(ON_DISK, "database: {enabled: false}\n"), door) is not None
    mark = tmp_path / "var/lib/registry/docker/registry/lockfiles/database-in-use"
    mark.parent.mkdir(parents=True)
    mark.touch()
    assert storage_at_hand(here, config(ON_DISK), door) is None


def in_bucket(url: str) -> RegistryConfig:
    """A registry that stores in S3 below a prefix."""
    keys = "accesskey: key, secretkey: s3cret, bucket: b, rootdirectory: /root"
    return config(f'{{s3: {{{keys}, regionendpoint: "{url}"}}}}')


def listing(*keys: str, more: bool = False) -> bytes:
    """A bucket's answer."""
    found = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    cut = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
    return f'<ListBucketResult xmlns="x">{cut}{found}</ListBucketResult>'.encode()


@pytest.mark.parametrize("refused", [False, True])
def test_in_a_bucket_the_keys_of_an_entry_go(serve: Callable[..., Any], door: Http, refused: bool) -> None:
    key = f"root/{PREFIX}/blobs/sha256/12/{HEX}/data"

    def route(one: Any) -> Any:
        if one.method == "HEAD":
            return 404, {}, b""
        if one.method == "DELETE":
            return (403 if refused else 204), {}, b""
        return 200, {}, listing(*([key] if "blobs" in one.path else []))

    server = serve(route)
    here = Installation(None, Dialect.PLAIN, live=True)
    storage = storage_at_hand(here, in_bucket(server.url), door)
    assert isinstance(storage, BucketStorage)
    assert remove_from(storage, ENTRIES["blob"]) is not refused
    assert [one for one in server.asked() if one.startswith("DELETE")] == [f"DELETE /b/{key}"]


def test_after_the_end_a_bucket_is_asked_no_more(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda one: (404, {}, b"") if one.method == "HEAD" else (200, {}, listing("key")))
    storage = storage_at_hand(Installation(None, Dialect.PLAIN, live=True), in_bucket(server.url), door, 0.0)
    assert storage is not None
    assert not remove_from(storage, ENTRIES["blob"])
    assert {one.method for one in server.seen} == {"HEAD"}


def test_a_bucket_that_does_not_answer_is_not_at_hand(serve: Callable[..., Any], door: Http, dead_url: str) -> None:
    here = Installation(None, Dialect.PLAIN, live=True)
    server = serve(lambda _: (200, {}, b""))
    for url in (dead_url, server.url):  # a database may be in use there
        assert storage_at_hand(here, in_bucket(url), door) is None


OURS = f"root/{PREFIX}/blobs/sha256/12/{HEX}"


@pytest.mark.parametrize(
    ("others", "more"),
    [
        (["root/secrets.txt"], False),
        ([f"root/{PREFIX}/blobs/sha256/13/data"], False),
        ([f"{OURS}/../../../secrets.txt"], False),
        ([f"{OURS}of-another/data"], False),
        ([], True),
    ],
)
def test_a_listing_of_anything_else_costs_nothing_its_life(
    serve: Callable[..., Any], door: Http, others: list[str], more: bool
) -> None:
    keys = [f"{OURS}/data", *others]
    server = serve(lambda one: (404, {}, b"") if one.method == "HEAD" else (200, {}, listing(*keys, more=more)))
    storage = storage_at_hand(Installation(None, Dialect.PLAIN, live=True), in_bucket(server.url), door)
    assert storage is not None
    with pytest.raises(NotSweptError, match="the bucket") as caught:
        storage.remove(f"{PREFIX}/blobs/sha256/12/{HEX}")
    assert all(other.rpartition("/")[2] in str(caught.value) for other in others)
    assert {one.method for one in server.seen} == {"HEAD", "GET"}


@pytest.mark.parametrize("upload", ["ssl", "1", "latest", "0B6F0A7A-1D5C-4CBB-9D0E-3F6B6F0A7A1D"])
def test_what_no_registry_calls_an_upload_is_not_looked_for(tmp_path: Path, upload: str) -> None:
    kept = tmp_path / PREFIX / "repositories/a/b/_uploads" / upload / "startedat"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept")
    entry = Entry("upload", "http://r", "a/b", f"/v2/a/b/blobs/uploads/{upload}")
    assert not remove_from(FolderStorage(None, tmp_path), entry)
    assert kept.exists()
