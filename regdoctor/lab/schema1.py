"""A manifest of schema 1, as docker before 1.10 pushed it, in the form in which a registry stores it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regdoctor.lab.image import digest_of


def stored_schema1_manifest(repository: str, tag: str, layer_digest: str) -> bytes:
    """A manifest with one layer, without signatures (distribution, docs/spec/manifest-v2-1.md).

    Registries since 2.4 do not keep the pusher's signatures: they store what was signed, and sign it with a
    key of their own whenever they serve it (registry/storage/signedmanifesthandler.go).
    """
    history = {"id": layer_digest.removeprefix("sha256:"), "os": "linux", "architecture": "amd64"}
    manifest = {
        "schemaVersion": 1,
        "name": repository,
        "tag": tag,
        "architecture": "amd64",
        "fsLayers": [{"blobSum": layer_digest}],
        "history": [{"v1Compatibility": json.dumps(history)}],
    }
    return json.dumps(manifest, indent=3).encode()


def stored_objects(repository: str, tag: str, manifest: bytes, layer_digest: str) -> Iterator[tuple[str, bytes]]:
    """Key and content of every object of that manifest; the layer's own blob is taken to be there."""
    base = "docker/registry/v2"
    digest = digest_of(manifest)
    hexadecimal = digest.removeprefix("sha256:")
    link, manifests = digest.encode(), f"{base}/repositories/{repository}/_manifests"
    yield f"{base}/blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data", manifest
    layer = layer_digest.removeprefix("sha256:")
    yield f"{base}/repositories/{repository}/_layers/sha256/{layer}/link", layer_digest.encode()
    yield f"{manifests}/revisions/sha256/{hexadecimal}/link", link
    yield f"{manifests}/tags/{tag}/current/link", link
    yield f"{manifests}/tags/{tag}/index/sha256/{hexadecimal}/link", link
