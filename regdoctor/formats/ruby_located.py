"""Settings of gitlab.rb as located values: named as the file writes them, with their secrets wrapped."""

from __future__ import annotations

import re

from regdoctor.formats.located import Computed, Located, Place, Scalar
from regdoctor.formats.ruby_values import Literal
from regdoctor.formats.secret_values import seal_registry, seal_shape
from regdoctor.redaction import Secret

_REGISTRY = ("registry", "registry_nginx")
_SECRET_KEY = re.compile(
    r"(?i)password|passwd|secret|token|key_base|encrypted|access_?key|api_?key|(?:private|signing|internal)_key"
)
_KEYS = re.compile(r"internal_key$|headers$")
"""Of the registry's own settings, beside what config.yml has: the signing key, and default_notifications_headers."""
_OPEN_HEADERS = "proxy_set_headers"


def ruby_name(path: tuple[str, ...]) -> str:
    """The setting as gitlab.rb writes it: `registry['storage']['s3']['bucket']`; numbers count items of lists."""
    head, rest = path[:1], path[1:]
    return "".join((*head, *(f"[{key}]" if key.isdigit() else f"['{key}']" for key in rest)))


def located(literal: Literal, path: tuple[str, ...], source: str) -> Located:
    """The value that stands at `path`, with all below it."""
    place, name = Place(source, literal.line), ruby_name(path)
    value = literal.value
    if isinstance(value, dict):
        return Located({key: located(item, (*path, key), source) for key, item in value.items()}, place, name)
    if isinstance(value, list):
        items = (located(item, (*path, str(index)), source) for index, item in enumerate(value))
        return Located(tuple(items), place, name)
    return Located(value if isinstance(value, Computed) else _seal(path, value), place, name)


def _seal(path: tuple[str, ...], value: Scalar) -> Scalar:
    """Wraps a secret; what is empty, true, false or nil hides nothing."""
    text = "" if value is None or isinstance(value, bool | Secret) else str(value)
    if not text:
        return value
    if path[0] in _REGISTRY:
        kind = next((key for key in path[1:] if _KEYS.search(key) and key != _OPEN_HEADERS), None)
        return Secret(text, path[-1]) if kind is not None else seal_registry(path[1:], text, value)
    if any(_SECRET_KEY.search(key) for key in path[1:]):
        return Secret(text, path[-1])
    return seal_shape(text, value)
