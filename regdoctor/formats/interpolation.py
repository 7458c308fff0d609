"""`${VARIABLE}` in Compose files: what is known of it is put in, what only the shell knows stays open."""

from __future__ import annotations

import re
from collections.abc import Mapping

_EXPRESSION = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<kind>:?[-+?])(?P<word>[^{}]*))?\})"
)


class UnknownVariableError(Exception):
    """A variable that nothing but the shell sets."""


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """The text with `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+other}` and `$$` put in.

    variables: those of the file .env. A default counts where the variable is not among them, for that is what the
    files say. Raises UnknownVariableError where a variable has neither, or the expression is one that Compose refuses.
    Source: the Compose specification, section Interpolation.
    """
    rest = _EXPRESSION.sub("", text)
    if "$" in rest:
        raise UnknownVariableError(text)
    return _EXPRESSION.sub(lambda found: _value(found, variables), text)


def _value(found: re.Match[str], variables: Mapping[str, str]) -> str:
    if found["escaped"]:
        return "$"
    name, kind, word = found["bare"] or found["name"], found["kind"] or "", found["word"] or ""
    value = variables.get(name)
    is_set = value is not None and (value != "" or not kind.startswith(":"))
    if kind.endswith("-"):
        return value if is_set and value is not None else word
    if kind.endswith("+"):
        return word if is_set else ""
    if value is None or (kind.endswith("?") and not is_set):
        raise UnknownVariableError(name)
    return value
