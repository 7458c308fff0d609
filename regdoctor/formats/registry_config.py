"""The registry's config.yml with the environment of its process laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from regdoctor.formats import yaml_tree
from regdoctor.formats.environment_overrides import IgnoredVariable, lay_over, normalised
from regdoctor.formats.located import Located, Place
from regdoctor.formats.secret_values import seal_registry

_STORAGE_SIBLINGS = frozenset(("maintenance", "cache", "delete", "redirect", "tag"))
"""Keys of `storage` that are no driver: Storage.Type in configuration/configuration.go; `tag` is of 3.x."""


@dataclass(frozen=True, slots=True)
class RegistryConfig:
    """What the registry is told, file and environment together. Secrets in it are wrapped."""

    tree: Located
    """The effective configuration."""
    source: str
    """The file."""
    overrides: tuple[Located, ...] = ()
    """The environment layer: each REGISTRY_* variable that holds YAML, by name, in the order in which they
    apply.
    """
    ignored: tuple[IgnoredVariable, ...] = ()
    """Those of `overrides` that the registry leaves without effect, and why."""
    problems: tuple[str, ...] = ()
    """A line for each variable whose value is not YAML; the registry refuses to start with one."""

    def at(self, *path: str) -> Located | None:
        """The effective value at a path of keys; None where there is none."""
        return self.tree.at(*path)

    def storage_driver(self) -> tuple[str, Located] | None:
        """Name and parameters of the storage driver; None unless there is exactly one."""
        return self._only("storage", _STORAGE_SIBLINGS)

    def auth_scheme(self) -> tuple[str, Located] | None:
        """Name (`token`, `htpasswd`, `silly`) and options of the way to authenticate; None unless exactly
        one.
        """
        return self._only("auth", frozenset())

    def http_address(self) -> Located | None:
        """Where the registry listens."""
        return self.at("http", "addr")

    def debug_address(self) -> Located | None:
        """Where the debug server listens; it does not run without one."""
        return self.at("http", "debug", "addr")

    def _only(self, section: str, siblings: frozenset[str]) -> tuple[str, Located] | None:
        found = self.at(section)
        if found is None or not isinstance(found.value, Mapping):
            return None
        kinds = [(key, value) for key, value in found.value.items() if key not in siblings]
        return kinds[0] if len(kinds) == 1 else None


def parse_registry_config(
    data: bytes,
    source: str,
    environment: Iterable[tuple[str, str, Place]] = (),
    *,
    indexed_lists: bool = False,
) -> RegistryConfig:
    """The configuration in `data`, which was read from `source`, with the variables of `environment` over it.

    environment: name, value and place of each variable; those without the prefix REGISTRY_ are passed over.
    indexed_lists: True for distribution 3.x, see `lay_over`.

    The version is not looked at. Raises UnreadableError where the file is not a mapping in YAML.
    """
    tree = yaml_tree.parse(data, source, seal=seal_registry)
    if isinstance(tree.value, Mapping):
        tree = replace(tree, value={key: normalised((key,), value) for key, value in tree.value.items()})
    overlay = lay_over(tree, environment, indexed_lists=indexed_lists)
    return RegistryConfig(overlay.tree, source, overlay.overrides, overlay.ignored, overlay.problems)
