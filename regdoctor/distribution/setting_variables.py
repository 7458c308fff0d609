"""Which setting a REGISTRY_* variable names: the registry matches the names of its program's fields, not YAML's keys.

Source: overwriteStruct in configuration/parser.go takes the names of Go's fields. Where those differ from the keys of
config.yml, the key's own name is "unrecognized": seen with distribution 2.8.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Path, Version, children

_FIELDS: Mapping[Path, str] = {
    ("health", "file"): "FILECHECKERS",
    ("health", "http"): "HTTPCHECKERS",
    ("health", "tcp"): "TCPCHECKERS",
    ("notifications", "events"): "EVENTCONFIG",
    ("compatibility", "schema1", "signingkeyfile"): "TRUSTKEY",
    ("log", "hooks", "*", "options"): "MAILOPTIONS",
}
"""Fields whose name is not that of their key, underscores aside."""


def key_of(section: Path, part: str, generation: Generation | None, version: Version = ()) -> str | None:
    """The key below `section` that a part of a variable's name stands for; None where the product knows none.

    part: between two underscores, in upper case. generation: None takes what any product knows.
    """
    wanted = part.upper()
    below = children(section, generation, version)
    return next((key for key in below if key != "*" and _field(section, key) == wanted), None)


def setting_of(variable: str) -> Path | None:
    """The setting of any product that a variable's name stands for; None where there is none, or any key is taken.

    variable: REGISTRY_ and the path, with numbers for the items of lists.
    """
    path: Path = ()
    for part in variable.upper().split("_")[1:]:
        key = part if part.isdigit() else key_of(path, part, None)
        if key is None:
            return None
        path = (*path, key)
    return path or None


def variable_of(setting: str) -> str:
    """The variable that sets a setting: `REGISTRY_NOTIFICATIONS_EVENTCONFIG_INCLUDEREFERENCES`."""
    parts = tuple(setting.split("."))
    return "_".join(("REGISTRY", *(_field(parts[:index], part) for index, part in enumerate(parts))))


def _field(section: Path, key: str) -> str:
    named = tuple("*" if part.isdigit() else part for part in section)
    if named[:1] == ("storage",):
        return key.upper()
    return _FIELDS.get((*named, key)) or key.upper().replace("_", "")
