"""From which layer of a registry's configuration its values come."""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig


def holds_file(config: RegistryConfig) -> bool:
    """Whether config.yml itself was read. Where only the environment was, what is not set there says nothing."""
    return any(value.place.layer != "environment" for value in config.tree.entries().values())


def is_variable(value: Located) -> bool:
    """Whether a variable of the environment says it."""
    return value.place.layer == "environment"


def made_by_deeper_variable(section: Located, setting: str) -> bool:
    """Whether a section exists only because variables set what is below it, one key at a time.

    setting: its dotted path. Inside `storage` the registry makes such a section with keys of another Go type
    (map[string]any) than YAML does (map[any]any), which some of its code then does not take for a mapping:
    overwriteFields in configuration/parser.go against the assertions in registry/handlers/app.go.
    """
    variable = "REGISTRY_" + setting.upper().replace(".", "_") + "_"
    return is_mapping(section) and is_variable(section) and section.name.upper().startswith(variable)


def is_mapping(value: Located) -> bool:
    """Whether it is a mapping. Raises UndecidedError where it is computed at run time."""
    return isinstance(value.decided().value, Mapping)


def is_chart_value(value: Located) -> bool:
    """Whether it is a value of GitLab's Helm chart, which lays what is given over defaults of its own."""
    return value.name.startswith(("registry.", "global."))
