"""How Compose lays one file over another, and what it puts into values before it reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from regdoctor.formats.interpolation import UnknownVariableError, interpolated
from regdoctor.formats.located import Computed, Located

_REPLACED = frozenset(("command", "entrypoint", "test"))
"""Lists that the later file replaces; all others are joined."""
_DEEPEST = 20
"""Services that may extend each other in a row."""


def laid_over(below: Located, above: Located, key: str = "") -> Located:
    """`below` with `above` over it: mappings merge, lists are joined, single values are replaced.

    Source: the Compose specification, section Merge.
    """
    if key == "environment":
        return replace(above, value={**as_variables(below), **as_variables(above)})
    if isinstance(below.value, Mapping) and isinstance(above.value, Mapping):
        merged = dict(below.value)
        for name, value in above.value.items():
            merged[name] = laid_over(merged[name], value, name) if name in merged else value
        return replace(above, value=merged)
    if isinstance(below.value, tuple) and isinstance(above.value, tuple) and key not in _REPLACED:
        return replace(above, value=(*below.value, *above.value))
    return above


def as_variables(environment: Located) -> dict[str, Located]:
    """The variables of a block `environment` in either form, by name as written; one without a value is Computed."""
    if isinstance(environment.value, Mapping):
        return {name: _given(name, value) for name, value in environment.value.items()}
    found: dict[str, Located] = {}
    for item in environment.value if isinstance(environment.value, tuple) else ():
        if isinstance(item.value, Computed):
            name, equals, _ = item.value.expression.partition("=")
            if equals and "$" not in name:
                found[name] = replace(item, name=name, value=Computed(item.value.expression.partition("=")[2]))
        elif isinstance(item.value, str):
            name, equals, value = item.value.partition("=")
            found[name] = _given(name, replace(item, value=value if equals else None))
    return found


def _given(name: str, value: Located) -> Located:
    if value.value is None:
        return replace(value, name=name, value=Computed(f"{name} of the shell that starts it"))
    return replace(value, name=name)


def with_values(tree: Located, variables: Mapping[str, str]) -> Located:
    """The tree with `${NAME}` put in where the variables or a default tell it, and Computed where nothing does."""
    if isinstance(tree.value, Mapping):
        return replace(tree, value={key: with_values(value, variables) for key, value in tree.value.items()})
    if isinstance(tree.value, tuple):
        return replace(tree, value=tuple(with_values(value, variables) for value in tree.value))
    if not isinstance(tree.value, str) or "$" not in tree.value:
        return tree
    try:
        return replace(tree, value=interpolated(tree.value, variables))
    except UnknownVariableError:
        return replace(tree, value=Computed(tree.value))


def extended(services: Mapping[str, Located], name: str, depth: int = 0) -> Located:
    """A service with what it extends below it, as far as that is in the same file."""
    service = services[name]
    base = base_of(service)
    if base is None or base[1] is not None or base[0] not in services or depth > _DEEPEST:
        return service
    return laid_over(extended(services, base[0], depth + 1), service)


def base_of(service: Located) -> tuple[str, Located | None] | None:
    """Which service it extends, and the other file that holds that one; None where it extends none."""
    said = service.at("extends") if not isinstance(service.value, Computed) else None
    if said is None:
        return None
    if isinstance(said.value, Mapping):
        base, file = said.at("service"), said.at("file")
        name = base.value if base is not None and isinstance(base.value, str) else ""
        return name, file
    return (said.value if isinstance(said.value, str) else ""), None
