"""The error envelope of the registry API, and the codes that it carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regdoctor.distribution.bounded_json import parse_json

STATUS_OF: Mapping[str, int] = {
    "UNKNOWN": 500,
    "UNSUPPORTED": 405,
    "UNAUTHORIZED": 401,
    "DENIED": 403,
    "UNAVAILABLE": 503,
    "TOOMANYREQUESTS": 429,
    "DIGEST_INVALID": 400,
    "SIZE_INVALID": 400,
    "RANGE_INVALID": 416,
    "NAME_INVALID": 400,
    "TAG_INVALID": 400,
    "NAME_UNKNOWN": 404,
    "MANIFEST_UNKNOWN": 404,
    "MANIFEST_INVALID": 400,
    "MANIFEST_UNVERIFIED": 400,
    "MANIFEST_BLOB_UNKNOWN": 400,
    "BLOB_UNKNOWN": 404,
    "BLOB_UPLOAD_UNKNOWN": 404,
    "BLOB_UPLOAD_INVALID": 404,
    "PAGINATION_NUMBER_INVALID": 400,
    "MANIFEST_REFERENCE_LIMIT": 400,
    "MANIFEST_SIZE_LIMIT": 400,
    "MANIFEST_REFERENCED": 409,
    "RENAME_IN_PROGRESS": 409,
    "CONTENT_RANGE_INVALID": 416,
    "INVALID_LIMIT_PARAMETER_VALUE": 400,
}
"""The HTTP status of each code (distribution registry/api/errcode and registry/api/v2/errors.go).

From MANIFEST_REFERENCE_LIMIT on they are of GitLab's registry alone.
"""


@dataclass(frozen=True, slots=True)
class RegistryError:
    """One entry of `errors`."""

    code: str
    """As sent; `MANIFEST_UNKNOWN`. Empty where the entry has none."""
    message: str = ""
    detail: Any = field(default=None, hash=False)
    """Any JSON value, or None."""

    def __str__(self) -> str:
        """`CODE: message`, with the detail after it where there is one."""
        said = ": ".join(part for part in (self.code, self.message) if part)
        if self.detail is None or self.detail in ({}, [], ""):
            return said
        detail = self.detail if isinstance(self.detail, str) else json.dumps(self.detail)
        return f"{said} ({detail})"


def parse_errors(body: bytes) -> tuple[RegistryError, ...]:
    """The entries of `{"errors": [{"code", "message", "detail"}]}` (distribution-spec, Error Codes).

    Empty where the body is anything else, so that a proxy's page is told from a registry's answer. Entries
    that are no objects, or that have neither a code nor a message as text, are left out.
    """
    document = parse_json(body)
    entries = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return ()
    found = (_entry(entry) for entry in entries if isinstance(entry, dict))
    return tuple(error for error in found if error.code or error.message)


def _entry(entry: dict[str, Any]) -> RegistryError:
    code, message = entry.get("code"), entry.get("message")
    return RegistryError(
        code if isinstance(code, str) else "",
        message if isinstance(message, str) else "",
        entry.get("detail"),
    )
