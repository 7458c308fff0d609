"""Keys of the storage are built and recognised as distribution's paths.go lays them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.digests import Digest, digest_of
from regdoctor.distribution.storage_layout import (
    KeyKind,
    StorageKey,
    blob_data_key,
    layer_link_key,
    parse_key,
    revision_link_key,
    tag_index_link_key,
    tag_link_key,
    upload_folder_key,
)

HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
DIGEST = Digest("sha256", HEX)
BASE = "docker/registry/v2"
NAMES = st.lists(st.from_regex(r"[a-z0-9]+([._-][a-z0-9]+)?", fullmatch=True), min_size=1, max_size=5).map("/".join)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGESTS = st.binary().map(digest_of)


def test_keys_are_where_distribution_looks_for_them() -> None:
    assert blob_data_key(DIGEST) == f"{BASE}/blobs/sha256/e3/{HEX}/data"
    assert layer_link_key("a/b", DIGEST) == f"{BASE}/repositories/a/b/_layers/sha256/{HEX}/link"
    manifests = f"{BASE}/repositories/a/b/_manifests"
    assert revision_link_key("a/b", DIGEST) == f"{manifests}/revisions/sha256/{HEX}/link"
    assert tag_link_key("a/b", "v1") == f"{manifests}/tags/v1/current/link"
    assert tag_index_link_key("a/b", "v1", DIGEST) == f"{manifests}/tags/v1/index/sha256/{HEX}/link"
    assert upload_folder_key("a/b", "id") == f"{BASE}/repositories/a/b/_uploads/id"


@given(NAMES, TAGS, DIGESTS, st.sampled_from(["", "/", "registry", "/var/opt/registry/"]))
def test_every_key_that_is_built_is_recognised(name: str, tag: str, digest: Digest, root: str) -> None:
    expected = {
        blob_data_key(digest): StorageKey(KeyKind.BLOB_DATA, digest=digest),
        layer_link_key(name, digest): StorageKey(KeyKind.LAYER_LINK, name, digest),
        revision_link_key(name, digest): StorageKey(KeyKind.REVISION_LINK, name, digest),
        tag_link_key(name, tag): StorageKey(KeyKind.TAG_CURRENT_LINK, name, tag=tag),
        tag_index_link_key(name, tag, digest): StorageKey(KeyKind.TAG_INDEX_LINK, name, digest, tag),
        upload_folder_key(name, "u") + "/data": StorageKey(KeyKind.UPLOAD_DATA, name, upload="u"),
        upload_folder_key(name, "u") + "/startedat": StorageKey(KeyKind.UPLOAD_STARTED_AT, name, upload="u"),
        upload_folder_key(name, "u") + "/hashstates/sha256/42": StorageKey(
            KeyKind.UPLOAD_HASH_STATE, name, upload="u", offset=42
        ),
    }
    for key, parsed in expected.items():
        assert parse_key(f"{root.strip('/')}/{key}", root) == parsed


def test_signature_of_a_schema_1_manifest_knows_its_manifest() -> None:
    signature = digest_of(b"signature")
    folder = f"{BASE}/repositories/a/_manifests/revisions/sha256/{HEX}/signatures"
    parsed = parse_key(f"{folder}/sha256/{signature.hex}/link")
    assert parsed == StorageKey(KeyKind.SIGNATURE_LINK, "a", signature, manifest=DIGEST)


@pytest.mark.parametrize("name", ["filesystem-in-use", "database-in-use"])
def test_gitlabs_lockfiles_are_recognised(name: str) -> None:
    assert parse_key(f"docker/registry/lockfiles/{name}").kind is KeyKind.LOCKFILE


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        BASE,
        f"{BASE}/blobs/sha256/ff/{HEX}/data",
        f"{BASE}/blobs/sha256/e/{HEX}/data",
        f"{BASE}/blobs/sha256/e3/{HEX[:-1]}/data",
        f"{BASE}/blobs/sha256/e3/{HEX}/data/more",
        f"{BASE}/repositories/_layers/sha256/{HEX}/link",
        f"{BASE}/repositories/a//b/_layers/sha256/{HEX}/link",
        f"{BASE}/repositories/a/_layers/sha256/{HEX}/data",
        f"{BASE}/repositories/a/_layers/{HEX}/link",
        f"{BASE}/repositories/a/_manifests/tags/-x/current/link",
        f"{BASE}/repositories/a/_uploads/u/hashstates/sha256/x",
        f"{BASE}/repositories/a/_uploads",
        "other/registry/v2/blobs",
        "docker/registry/lockfiles/else",
    ],
)
def test_keys_that_no_registry_writes_are_other(key: str) -> None:
    assert parse_key(key) == StorageKey(KeyKind.OTHER)


def test_key_outside_the_root_is_other() -> None:
    assert parse_key(blob_data_key(DIGEST), "registry").kind is KeyKind.OTHER
    assert parse_key(f"registry/{blob_data_key(DIGEST)}").kind is KeyKind.OTHER


@given(st.lists(st.sampled_from(["docker", "registry", "v2", "repositories", "_manifests", "link", "a", ""])))
def test_no_key_raises(parts: list[str]) -> None:
    parse_key("/".join(parts), "/".join(parts[:2]))
