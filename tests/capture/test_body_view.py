"""Manifests and errors as text."""

from __future__ import annotations

import json

import pytest

from regdoctor.capture.body_view import is_registry_body, pretty

_LAYER = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": f"sha256:{'b' * 64}", "size": 40}
_MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": f"sha256:{'a' * 64}", "size": 2},
    "layers": [_LAYER, _LAYER],
}


def _lines(document: object) -> list[str]:
    return pretty(json.dumps(document).encode()).splitlines()


def test_an_image_shows_its_config_and_the_size_of_its_layers() -> None:
    lines = _lines(_MANIFEST)
    assert lines[0] == "image manifest (application/vnd.oci.image.manifest.v1+json)"
    assert lines[1].startswith(f"  config: sha256:{'a' * 64} 2 bytes")
    assert lines[2] == "2 layers, 80 bytes"
    assert '  "schemaVersion": 2,' in lines


def test_an_index_shows_its_platforms() -> None:
    child = {**_LAYER, "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}}
    assert _lines({"schemaVersion": 2, "manifests": [child]})[1].startswith("  linux/arm/v7: sha256:")


def test_an_error_shows_its_code_first() -> None:
    assert _lines({"errors": [{"code": "DENIED", "message": "requested access is denied"}]})[0] == (
        "DENIED: requested access is denied"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"schemaVersion": "2"}',
        b'{"errors": []}',
        b'{"errors": [3], "schemaVersion": 2}',
        b'{"schemaVersion": 2',
        b"\xff\xfe",
        b'{"schemaVersion":' + b"[" * 5000,
    ],
)
def test_what_is_neither_is_left_to_others(body: bytes) -> None:
    assert not is_registry_body(body)
    with pytest.raises(ValueError, match="neither a manifest"):
        pretty(body)


@pytest.mark.parametrize(
    "document",
    [
        {"schemaVersion": 1},
        {"schemaVersion": 2, "layers": [1, None, {"size": "many"}], "config": 3},
        {"schemaVersion": 2, "manifests": [{"platform": 1}, {"platform": {"os": 1}}]},
        {"errors": [1, {"code": None, "message": {}}]},
    ],
)
def test_a_strange_document_is_shown_nevertheless(document: object) -> None:
    assert pretty(json.dumps(document).encode())
