"""The values of GitLab's Helm chart: one file, or several laid over each other as `helm -f a -f b` does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from regdoctor.formats import yaml_tree
from regdoctor.formats.located import Computed, Located, Place, Scalar
from regdoctor.formats.secret_values import seal_shape
from regdoctor.redaction import Secret

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\$\{[A-Za-z_]|<%|%%[A-Z]")
"""What helmfile, Terraform, ERB and others put in the place of a value before Helm sees it."""
_SECRET_KEY = re.compile(r"(?i)(?:password|passwd|passphrase|dsn|access_?key|secret_?key|token|private_?key)")
_GLOBALS = frozenset(("edition", "gitlabVersion", "appConfig", "gitaly", "initialRootPassword", "railsSecrets", "psql"))
_GLOBAL_REGISTRY = frozenset(("tokenIssuer", "certificate", "httpSecret", "bucket", "api", "notificationSecret"))
_GLOBAL_HOSTS = frozenset(("domain", "gitlab", "registry", "hostSuffix"))
_REGISTRY = frozenset(
    ("authEndpoint", "tokenService", "tokenIssuer", "hpa", "draintimeout", "httpSecret", "certificate")
)
_OF_HARBOR = frozenset(("expose", "externalURL", "harborAdminPassword"))
"""Top-level values of Harbor's chart, which has a section `registry`, too."""


@dataclass(frozen=True, slots=True)
class HelmValues:
    """What the administrator gave the chart. Secrets in it are wrapped."""

    tree: Located
    """The values, without the chart's own defaults."""
    sources: tuple[str, ...]
    """The files, in the order in which they are laid over each other."""

    def at(self, *path: str) -> Located | None:
        """The value at a path of keys, such as `registry`, `hpa`, `minReplicas`; None where none is given."""
        return self.tree.at(*path)

    def image_tag(self) -> Located | None:
        """The tag of the registry's image, such as v4.39.0-gitlab; None where the chart's own is taken."""
        return self.at("registry", "image", "tag")


def parse_helm_values(files: Iterable[tuple[bytes, str]]) -> HelmValues:
    """The values of files (content and path), each laid over those before it.

    Mappings are merged, lists and single values replaced, and null takes away what was there (Helm, documentation of
    values files). Raises UnreadableError where a file is not a mapping in YAML.
    """
    tree: Located | None = None
    sources = []
    for data, source in files:
        sources.append(source)
        found = _without_templates(yaml_tree.parse(data, source, seal=_seal))
        tree = found if tree is None else laid_over(tree, found)
    return HelmValues(tree or Located({}, Place("no values")), tuple(sources))


def laid_over(below: Located, above: Located) -> Located:
    """`below` with what `above` says instead."""
    if not isinstance(below.value, Mapping) or not isinstance(above.value, Mapping):
        return above
    merged = dict(below.value)
    for key, value in above.value.items():
        if value.value is None:
            merged.pop(key, None)
        else:
            merged[key] = laid_over(merged[key], value) if key in merged else value
    return replace(above, value=merged)


def is_chart_values(tree: Located) -> bool:
    """Whether a mapping holds values of GitLab's chart, and not those of another chart."""
    overall, hosts = _keys(tree.at("global")), _keys(tree.at("global", "hosts"))
    if _keys(tree) & _OF_HARBOR:
        return False
    if overall & _GLOBALS or hosts & _GLOBAL_HOSTS or _keys(tree.at("global", "registry")) & _GLOBAL_REGISTRY:
        return True
    registry = _keys(tree.at("registry"))
    return bool(registry & _REGISTRY) or "secret" in _keys(tree.at("registry", "storage"))


def _keys(section: Located | None) -> frozenset[str]:
    found = section.value if section is not None else None
    return frozenset(found) if isinstance(found, Mapping) else frozenset()


def _without_templates(tree: Located) -> Located:
    """The values with Computed where another program fills something in before Helm."""
    if isinstance(tree.value, Mapping):
        return replace(tree, value={key: _without_templates(value) for key, value in tree.value.items()})
    if isinstance(tree.value, tuple):
        return replace(tree, value=tuple(map(_without_templates, tree.value)))
    if isinstance(tree.value, str) and _TEMPLATE.search(tree.value) and "\n" not in tree.value:
        return replace(tree, value=Computed(tree.value))
    return tree


def _seal(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    """Wraps what stands under a key that names a secret; `secret` and `key` hold names of Kubernetes objects."""
    if text and value is not None and not isinstance(value, bool):
        keys = [key for key in path if not key.isdigit()]
        if "headers" in keys[:-1] and keys[-1] not in ("secret", "key"):
            return Secret(text, keys[-1])
        if _SECRET_KEY.fullmatch(keys[-1]):
            return Secret(text, keys[-1])
    return seal_shape(text, value)
