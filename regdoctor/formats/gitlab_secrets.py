"""Omnibus GitLab's gitlab-secrets.json: the registry's part of it, and all the rest remembered so that it
never shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from regdoctor.formats.located import UnreadableError
from regdoctor.redaction import Secret, remember

_MOST_VALUES = 10_000
"""Text values in the file; a GitLab of every component has about a hundred."""
_SHORTEST_SECRET = 12
"""Characters: what is shorter in the file is a user's name or a number."""


@dataclass(frozen=True, slots=True)
class GitLabSecrets:
    """The registry's part of the file, which `gitlab-ctl reconfigure` writes to the key pair and to
    config.yml.
    """

    source: str
    internal_key: Secret | None = None
    """The PEM text of the key that GitLab signs tokens with."""
    internal_certificate: str | None = None
    """The PEM text of the certificate that the registry trusts."""
    http_secret: Secret | None = None
    internal_key_line: int | None = None
    """Lines in the file, counted from 1."""
    internal_certificate_line: int | None = None
    http_secret_line: int | None = None


def parse_gitlab_secrets(data: bytes, source: str) -> GitLabSecrets:
    """The registry's part of `data`, which was read from `source`; every other secret in it is remembered.

    Raises UnreadableError, one line `SOURCE:LINE: what is wrong`, for anything else than a JSON object.
    """
    text = _decode(data, source)
    found: list[Any] = []
    content = _load(text, source, found)
    if not isinstance(content, dict):
        raise UnreadableError(f"{source}:1: not a JSON object")
    values = list(_texts(found))
    if len(values) > _MOST_VALUES:
        raise UnreadableError(f"{source}: more than {_MOST_VALUES:,} values: this is no gitlab-secrets.json")
    if not all(_is_text(value) for value in values):
        raise UnreadableError(f"{source}: an escape in it (\\ud800 to \\udfff) stands for half a character")
    for value in values:
        if len(value) >= _SHORTEST_SECRET and not _is_certificate(value):
            remember(value, "gitlab secret")
    registry = content.get("registry")
    return _registry(registry if isinstance(registry, dict) else {}, text, source)


def _registry(section: dict[str, Any], text: str, source: str) -> GitLabSecrets:
    key, secret = _text(section, "internal_key"), _text(section, "http_secret")
    certificate = _text(section, "internal_certificate")
    if certificate is not None and "PRIVATE KEY" in certificate:
        certificate = None  # the wrong half in the wrong place must not show either; it is remembered
    return GitLabSecrets(
        source=source,
        internal_key=Secret(key, "registry internal_key") if key else None,
        internal_certificate=certificate,
        http_secret=Secret(secret, "registry http_secret") if secret else None,
        internal_key_line=_line(text, "internal_key"),
        internal_certificate_line=_line(text, "internal_certificate"),
        http_secret_line=_line(text, "http_secret"),
    )


def _text(section: dict[str, Any], key: str) -> str | None:
    value = section.get(key)
    return value if isinstance(value, str) and value else None


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"{source}:{line}: not UTF-8 text (byte 0x{data[error.start]:02x})") from None


def _load(text: str, source: str, found: list[Any]) -> Any:
    """The JSON value; `found` gets the value of every key, also of one that a later twin hides."""

    def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend(value for _, value in pairs)
        return dict(pairs)

    try:
        # Numbers stay text: nothing here counts, and Python refuses integers of thousands of digits.
        return json.loads(text, object_pairs_hook=keep, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{source}:{error.lineno}: not JSON: {_words(error.msg)}") from None
    except RecursionError:
        raise UnreadableError(f"{source}: nested too deeply: this is no gitlab-secrets.json") from None


def _words(message: str) -> str:
    return message[:1].lower() + re.sub(r"'.{2,}'", "…", message[1:]).removesuffix(":")


def _texts(found: list[Any]) -> Iterator[str]:
    """The texts in the values of keys, and in lists there; values of inner objects are in `found`
    themselves.
    """
    pending = list(found)
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            pending.extend(value)


def _is_text(value: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _is_certificate(value: str) -> bool:
    return "BEGIN CERTIFICATE-----" in value and "PRIVATE KEY-----" not in value


def _line(text: str, key: str) -> int | None:
    """The line of the first `key` after the key `registry`: the file is written with one key a line."""
    section = re.search(r'"registry"\s{0,99}:\s{0,99}\{', text)
    if section is None:
        return None
    at = text.find(f'"{key}"', section.end())
    return None if at < 0 else text.count("\n", 0, at) + 1
