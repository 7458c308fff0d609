"""A manifest or an error of a registry as text for people: what it is first, then the JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.media_types import INDEXES

TITLE = "Container registry"
_LARGEST = 4 << 20
"""Bytes: registries take no longer manifest (registry/handlers/manifests.go, maxManifestBodySize)."""


def is_registry_body(data: bytes) -> bool:
    """Whether the view has something to say of a body."""
    return _document(data) is not None


def pretty(data: bytes) -> str:
    """The text; raises ValueError where it is neither a manifest nor an error of a registry."""
    document = _document(data)
    if document is None:
        raise ValueError("neither a manifest nor an error of a registry")
    lines = list(_errors(document["errors"]) if "errors" in document else _manifest(document))
    return "\n".join([*lines, "", json.dumps(document, indent=2, ensure_ascii=False)])


def _document(data: bytes) -> dict[str, Any] | None:
    if len(data) > _LARGEST or data.lstrip()[:1] != b"{" or not (b"schemaVersion" in data or b"errors" in data):
        return None
    document = parse_json(data)
    if not isinstance(document, dict):
        return None
    errors = document.get("errors")
    is_envelope = isinstance(errors, list) and any(isinstance(one, dict) and "code" in one for one in errors)
    return document if is_envelope or (errors is None and isinstance(document.get("schemaVersion"), int)) else None


def _errors(errors: list[Any]) -> Iterator[str]:
    for one in errors:
        if isinstance(one, dict):
            yield f"{one.get('code')}: {one.get('message', '')}"


def _manifest(document: Mapping[str, Any]) -> Iterator[str]:
    kind = str(document.get("mediaType") or "")
    children, layers = document.get("manifests"), document.get("layers")
    if isinstance(children, list) or kind in INDEXES:
        yield _titled("index of manifests", kind)
        yield from (_descriptor(_platform(one), one) for one in _mappings(children))
    elif isinstance(layers, list):
        sizes = [one["size"] for one in _mappings(layers) if isinstance(one.get("size"), int)]
        yield _titled("image manifest", kind)
        yield from (_descriptor("config", one) for one in _mappings([document.get("config")]))
        yield f"{len(layers)} layer{'' if len(layers) == 1 else 's'}, {sum(sizes)} bytes"
        yield from (_descriptor("layer", one) for one in _mappings(layers))
    else:
        yield _titled(f"manifest of schema version {document['schemaVersion']}", kind)


def _titled(what: str, kind: str) -> str:
    return f"{what} ({kind})" if kind else what


def _mappings(items: Any) -> list[Mapping[str, Any]]:
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _platform(descriptor: Mapping[str, Any]) -> str:
    platform = descriptor.get("platform")
    if not isinstance(platform, dict):
        return "manifest"
    return "/".join(str(platform[name]) for name in ("os", "architecture", "variant") if platform.get(name))


def _descriptor(role: str, descriptor: Mapping[str, Any]) -> str:
    return f"  {role}: {descriptor.get('digest')} {descriptor.get('size')} bytes {descriptor.get('mediaType', '')}"
