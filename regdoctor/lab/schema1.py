"""A manifest of schema 1, as docker before 1.10 pushed it, in the form in which a registry stores it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regdoctor.distribution.digests import Digest, digest_of
from regdoctor.distribution.storage_layout import (
    blob_data_key,
    layer_link_key,
    revision_link_key,
    tag_index_link_key,
    tag_link_key,
)


def stored_schema1_manifest(repository: str, tag: str, layer: Digest) -> bytes:
    """A manifest with one layer, without signatures (distribution, docs/spec/manifest-v2-1.md).

    Registries since 2.4 do not keep the pusher's signatures: they store what was signed, and sign it with a
    key of their own whenever they serve it (registry/storage/signedmanifesthandler.go).
    """
    history = {"id": layer.hex, "os": "linux", "architecture": "amd64"}
    manifest = {
        "schemaVersion": 1,
        "name": repository,
        "tag": tag,
        "architecture": "amd64",
        "fsLayers": [{"blobSum": str(layer)}],
        "history": [{"v1Compatibility": json.dumps(history)}],
    }
    return json.dumps(manifest, indent=3).encode()


def stored_objects(repository: str, tag: str, manifest: bytes, layer: Digest) -> Iterator[tuple[str, bytes]]:
    """Key and content of every object of that manifest; the layer's own blob is taken to be there."""
    digest = digest_of(manifest)
    link = str(digest).encode()
    yield blob_data_key(digest), manifest
    yield layer_link_key(repository, layer), str(layer).encode()
    yield revision_link_key(repository, digest), link
    yield tag_link_key(repository, tag), link
    yield tag_index_link_key(repository, tag, digest), link
