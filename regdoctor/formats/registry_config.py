"""The registry's config.yml with the environment of its process laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Version
from regdoctor.distribution.storage_drivers import SIBLINGS
from regdoctor.formats import yaml_tree
from regdoctor.formats.environment_overrides import IgnoredVariable, RefusedVariable, Variable, lay_over
from regdoctor.formats.located import Located
from regdoctor.formats.override_writer import normalised
from regdoctor.formats.secret_values import seal_registry
from regdoctor.formats.yaml_tree import DoubledKey


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
    refused: tuple[RefusedVariable, ...] = ()
    """The variables with which the registry refuses to start."""
    duplicates: tuple[DoubledKey, ...] = ()
    """The keys of the file that are written more than once in one mapping. The registry takes the last."""

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each of `refused`."""
        return tuple(variable.problem for variable in self.refused)

    def at(self, *path: str) -> Located | None:
        """The effective value at a path of keys; None where there is none."""
        return self.tree.at(*path)

    def storage_driver(self) -> tuple[str, Located] | None:
        """Name and parameters of the storage driver; None unless there is exactly one."""
        return self._only("storage", SIBLINGS)

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
    environment: Iterable[Variable] = (),
    *,
    generation: Generation | None = None,
    version: Version = (),
) -> RegistryConfig:
    """The configuration in `data`, which was read from `source`, with the variables of `environment` over it.

    environment: name, value and place of each variable; those without the prefix REGISTRY_ are passed over.
    generation, version: whose rules count for the variables, see `lay_over`; None and () where they are not known.

    Raises UnreadableError where the file is not a mapping in YAML. A key that is there twice is none of that: yaml.v2,
    which all of these products use, takes the last.
    """
    doubled: list[DoubledKey] = []
    tree = yaml_tree.parse(data, source, seal=seal_registry, doubled=yaml_tree.Doubled(_is_struct, doubled))
    if isinstance(tree.value, Mapping):
        tree = replace(tree, value={key: normalised((key,), value) for key, value in tree.value.items()})
    overlay = lay_over(tree, environment, generation=generation, version=version)
    return RegistryConfig(overlay.tree, source, overlay.overrides, overlay.ignored, overlay.refused, tuple(doubled))


def _is_struct(path: tuple[str, ...]) -> bool:
    """Whether the program has fields there: then a section that is written twice is read one part over the other.

    Seen with distribution 2.8.2: of `http: {secret: x}` and, below, `http: {addr: y}` both are kept, while of two
    sections `storage` only the second is. Keys of maps, and all that has a reader of its own, are replaced.
    """
    return path[0] not in ("storage", "auth") and "fields" not in path and "headers" not in path
