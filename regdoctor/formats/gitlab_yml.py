"""GitLab's gitlab.yml: what GitLab is told about itself and about the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from regdoctor.formats import yaml_tree
from regdoctor.formats.located import Located, Scalar, UnreadableError
from regdoctor.formats.secret_values import seal_shape
from regdoctor.redaction import Secret

_SECRET_KEY = re.compile(r"(?i)password|secret|token|key_base|encrypted|access_key|api_key|private_key|json_key")
_ENVIRONMENTS = ("production", "default", "defaults", "base")
"""Sections that may hold the settings, best first. Rails runs in `production`; Omnibus writes it, `&base` it
is too.
"""


@dataclass(frozen=True, slots=True)
class GitLabConfig:
    """The settings that GitLab runs with. Secrets in it are wrapped; ERB in it is text, never evaluated."""

    tree: Located
    """The whole file."""
    settings: Located
    """The section that applies: `production`, or the whole file where it has no such sections."""
    source: str

    def at(self, *path: str) -> Located | None:
        """The value at a path of keys below the section that applies; None where there is none."""
        return self.settings.at(*path)

    def gitlab(self, *path: str) -> Located | None:
        """The block `gitlab` (host, port, https, relative_url_root …), or the value at a path below it."""
        return self.settings.at("gitlab", *path)

    def registry(self, *path: str) -> Located | None:
        """The block `registry` (enabled, host, port, api_url, key, issuer …), or the value at a path below
        it.
        """
        return self.settings.at("registry", *path)


def parse_gitlab_yml(data: bytes, source: str) -> GitLabConfig:
    """The settings in `data`, which was read from `source`.

    Raises UnreadableError where the file is not a mapping in YAML, and says so where it holds ERB.
    """
    try:
        tree = yaml_tree.parse(data, source, seal=_seal)
    except UnreadableError as error:
        at = data.find(b"<%")
        if at < 0:
            raise
        line = data.count(b"\n", 0, at) + 1
        raise UnreadableError(f"{error}; the file holds ERB (line {line}), which is not evaluated here") from None
    return GitLabConfig(tree, _settings(tree), source)


def _settings(tree: Located) -> Located:
    production = tree.at(_ENVIRONMENTS[0])
    if production is not None and isinstance(production.value, Mapping):
        return production
    if tree.at("gitlab") or tree.at("registry"):
        return tree
    for name in _ENVIRONMENTS[1:]:
        section = tree.at(name)
        if section is not None and isinstance(section.value, Mapping):
            return section
    return tree


def _seal(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    """Wraps what stands under a key that names a secret; true, false, null and empty text hide nothing."""
    if text and value is not None and not isinstance(value, bool):
        kind = _secret_kind([key for key in path if not key.isdigit()])
        if kind is not None:
            return Secret(text, kind)
    return seal_shape(text, value)


def _secret_kind(keys: list[str]) -> str | None:
    for index, key in enumerate(keys):
        if key == "headers" and keys[index + 1 :]:
            return keys[index + 1]  # of registry.notifications: Authorization
        if _SECRET_KEY.search(key):
            return key
    return None
