"""Whether a value has the type that the registry wants for a setting; with another one it does not start."""

from __future__ import annotations

import re
from collections.abc import Mapping

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Setting
from regdoctor.formats.located import Computed, Located

_DURATION = re.compile(r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+|[-+]?0")
"""Go's time.ParseDuration."""
_LEVELS = ("error", "warn", "info", "debug")
_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "duration": "a duration such as 10s",
    "text": "a text",
    "texts": "a list of texts",
    "list": "a list of mappings",
    "map": "a mapping",
    "headers": "a mapping from names to lists of texts",
    "free": "a mapping",
    "any": "true or false",
}


def misfit(setting: Setting, value: Located, generation: Generation | None) -> str | None:
    """What is wanted instead, in words, where the registry cannot take the value; None where it can, or nobody knows.

    Null is taken for every type, as yaml.v2 does; a bare number for a text and, as nanoseconds, for a duration.
    """
    if value.value is None or isinstance(value.value, Computed):
        return None
    if setting.path in (("log", "level"), ("loglevel",)):
        levels = (
            _LEVELS if generation in (Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3) else (*_LEVELS, "trace")
        )
        return None if (value.text() or "").lower() in levels else f"one of {', '.join(levels)}"
    return None if _fits(setting, value) else _WORDS[setting.kind]


def _fits(setting: Setting, value: Located) -> bool:
    found = value.value
    is_text = not isinstance(found, Mapping | tuple)
    match setting.kind:
        case "bool":
            return isinstance(found, bool)
        case "int":
            return isinstance(found, int | float) and not isinstance(found, bool)
        case "duration":
            if isinstance(found, str):
                return _DURATION.fullmatch(found) is not None
            return isinstance(found, int | float) and not isinstance(found, bool)
        case "text":
            return is_text
        case "texts":
            return isinstance(found, tuple) and not any(isinstance(item.value, Mapping | tuple) for item in found)
        case "list":
            return isinstance(found, tuple) and all(isinstance(item.value, Mapping | None) for item in found)
        case "headers":
            return isinstance(found, Mapping) and all(isinstance(item.value, tuple | None) for item in found.values())
        case "map" | "free":
            return isinstance(found, Mapping) or setting.path in (("storage",), ("auth",))
    return _fits_parameter(setting, found)


def _fits_parameter(setting: Setting, found: object) -> bool:
    """Parameters are read by those who use them; these are the ones that stop the program (NewApp in app.go)."""
    if setting.path in (("storage", "redirect", "disable"), ("storage", "maintenance", "readonly", "enabled")):
        return isinstance(found, bool)
    return True
