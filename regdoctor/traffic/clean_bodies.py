"""Bodies that are kept, because they are small and of a known kind, without what may be a secret in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.evidence.recorded import Shown
from regdoctor.traffic.clean_addresses import clean_query
from regdoctor.traffic.clean_credentials import Marks, clean_given
from regdoctor.traffic.wiping import PLACEHOLDER, scrubbed, wiped

_JSON = 256 * 1024
_XML = 8 * 1024
_PAGE = 16 * 1024
_SHORT = 512
"""Bytes of a body that is worth keeping once cleaned."""
_DESCRIPTOR = frozenset(("mediaType", "digest", "size", "artifactType", "platform", "annotations"))
_PLATFORM = frozenset(("architecture", "os", "os.version", "variant"))
_ENVELOPE = frozenset(("code", "message", "detail", "details", "error", "error_description", "errors", "status"))
_TOKENS = ("token", "access_token")
_TOKEN_FACTS = frozenset(("expires_in", "issued_at", "scope", "token_type"))
_ELEMENT = re.compile(
    r"<(Code|Message|Region|BucketName|Key|Endpoint|Resource|Expires|ServerTime|RequestTime|X-Amz-Expires|"
    r"MaxAllowedSkewMilliseconds|Details|AuthenticationErrorDetail)>([^<]{0,2000})</\1>"
)
_SCRIPT = re.compile(r"(?is)<(script|style)\b.*?(?:</\1\s{0,8}>|\Z)")
"""With what is in it: a page's own tokens are there."""
_TAG = re.compile(r"""(?i)<(?:input|meta|form)\b(?:[^>"']|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z))*+(?:>|\Z)""")
_MEDIA = re.compile(r"[a-z]{1,20}/[\w.+-]{1,120}", re.ASCII)


def clean_request_body(body: bytes, path: str, kind: str, marks: Marks) -> bytes:
    """The body of a request as it may be kept; empty where nothing of it may. kind: its Content-Type."""
    if not body or "/blobs/" in path:
        return b""
    if "x-www-form-urlencoded" in kind.lower() and len(body) <= _PAGE:
        return clean_query(body.decode(errors="replace")).encode()
    return _json_kept(body, marks)[0]


def clean_response_body(body: bytes, path: str, kind: str, status: int, marks: Marks) -> tuple[bytes, Shown | None]:
    """The same of an answer, with the token that it gives."""
    if not body or (status < 400 and "/blobs/" in path):
        return b"", None
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        return _json_kept(body, marks)
    if status < 400:
        return b"", None
    if b"<Error>" in body[:1024] and "html" not in kind.lower():
        return _xml(body), None
    if start == b"<" or kind.lower().startswith(("text/", "application/xhtml")) or not kind:
        return _page(body), None
    return b"", None


def _json_kept(body: bytes, marks: Marks) -> tuple[bytes, Shown | None]:
    known = marks.bodies.get(body)
    if known is None:
        known = _json_cleaned(body, marks)
        if len(body) <= _SHORT:
            marks.bodies[body] = known
    return known


def _json_cleaned(body: bytes, marks: Marks) -> tuple[bytes, Shown | None]:
    document = parse_json(body) if len(body) <= _JSON else None
    if not isinstance(document, dict):
        return b"", None
    given: Shown | None = None
    kept: Any = None
    if any(isinstance(document.get(name), str) for name in _TOKENS):
        kept, given = _tokens(document, marks)
    elif "schemaVersion" in document:
        kept = _manifest(document)
    elif isinstance(document.get("errors"), list) or _ENVELOPE & document.keys() >= {"message"} or "error" in document:
        kept = _only(document, _ENVELOPE, _scrubbed)
    elif isinstance(document.get("repositories"), list) or isinstance(document.get("tags"), list):
        kept = _only(document, frozenset(("name", "tags", "repositories")), _wiped)
    elif not document:
        kept = {}
    return (b"" if kept is None else json.dumps(kept, separators=(",", ":")).encode()), given


def _only(document: Mapping[str, Any], names: frozenset[str], clean: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: clean(value) for name, value in document.items() if name in names}


def _tokens(document: Mapping[str, Any], marks: Marks) -> tuple[dict[str, Any], Shown | None]:
    kept, first = _only(document, _TOKEN_FACTS, _scrubbed), None
    for name in _TOKENS:
        if isinstance(value := document.get(name), str):
            kept[name], shown = clean_given(value, marks)
            first = first or (shown if value else None)
    if document.get("refresh_token"):
        kept["refresh_token"] = PLACEHOLDER
    return kept, first


def _manifest(document: Mapping[str, Any]) -> dict[str, Any]:
    """Of schema1 the history, which holds the image's settings, and the signatures go; annotations keep their names."""
    kept: dict[str, Any] = {}
    for name, value in document.items():
        match name, value:
            case ("schemaVersion", int()):
                kept[name] = value
            case ("mediaType" | "artifactType" | "name" | "tag" | "architecture", str()):
                kept[name] = _media(value) if name.endswith("Type") else scrubbed(value)
            case ("config" | "subject", dict()):
                kept[name] = _descriptor(value)
            case ("layers" | "manifests" | "blobs", list()):
                kept[name] = [_descriptor(item) for item in value if isinstance(item, dict)]
            case ("fsLayers", list()):
                kept[name] = [_only(item, frozenset(("blobSum",)), _wiped) for item in value if isinstance(item, dict)]
            case ("annotations", dict()):
                kept[name] = _annotations(value)
            case _:
                pass
    return kept


def _descriptor(item: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(item, _DESCRIPTOR, _scrubbed)
    for name in ("mediaType", "artifactType"):
        if isinstance(item.get(name), str):
            kept[name] = _media(item[name])
    if isinstance(item.get("platform"), dict):
        kept["platform"] = _only(item["platform"], _PLATFORM, _scrubbed)
    if isinstance(item.get("annotations"), dict):
        kept["annotations"] = _annotations(item["annotations"])
    return kept


def _media(value: str) -> str:
    return value if _MEDIA.fullmatch(value) and scrubbed(value) == value else PLACEHOLDER


def _annotations(value: Mapping[str, Any]) -> dict[str, str]:
    return {scrubbed(str(name)): PLACEHOLDER for name in value}


def _scrubbed(value: Any) -> Any:
    return _walked(value, scrubbed)


def _wiped(value: Any) -> Any:
    return _walked(value, wiped)


def _walked(value: Any, clean: Callable[[str], str]) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(str(name)): _walked(item, clean) for name, item in value.items()}
        case list():
            return [_walked(item, clean) for item in value]
        case _:
            return value


def _xml(body: bytes) -> bytes:
    """The elements of a bucket's error that say what is wrong, without those that hold what was signed."""
    if len(body) > _XML:
        return b""
    found = [
        f"<{name}>{scrubbed(text)}</{name}>"
        for name, text in _ELEMENT.findall(body.decode(errors="replace"))
        if name != "AuthenticationErrorDetail" or "time frame" in text
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?><Error>{"".join(found)}</Error>'.encode()


def _page(body: bytes) -> bytes:
    """A page for people, without scripts, forms and metadata; dropped where it is long."""
    if len(body) > _PAGE:
        return b""
    text = body.decode(errors="replace")
    for _ in range(8):
        once = scrubbed(_TAG.sub("", _SCRIPT.sub("", text)))
        if once == text:
            break
        text = once
    else:
        return b""
    kept = text.encode()
    return kept if len(kept) <= _PAGE else b""
