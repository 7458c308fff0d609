"""What a text with variables may become when nginx runs, as far as `set` and `map` say it."""

from __future__ import annotations

import itertools
import re

from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_scopes import Scope

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z0-9_]+)\}|(?P<bare>[A-Za-z0-9_]+))")
_MOST = 64
"""Texts that one may become; a configuration with more is not followed further."""
_DEEPEST = 8
"""Variables that are set to variables."""


def possible_texts(text: str, scope: Scope, config: NginxConfig) -> tuple[str, ...]:
    """Every text that `text` may become at that place.

    Variables that `set` and `map` define are replaced; those of nginx itself (`$scheme`, `$http_host`) and of other
    modules stay, written as `$name`.
    """
    return tuple(dict.fromkeys(_texts(text, scope, config, _DEEPEST)))[:_MOST]


def variables_in(text: str) -> frozenset[str]:
    """The names of the variables in a text, without `$`."""
    return frozenset(found["braced"] or found["bare"] for found in _VARIABLE.finditer(text))


def _texts(text: str, scope: Scope, config: NginxConfig, depth: int) -> list[str]:
    pieces: list[list[str]] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        name = found["braced"] or found["bare"]
        pieces.append([text[end : found.start()]])
        pieces.append(_values(name, scope, config, depth))
        end = found.end()
    pieces.append([text[end:]])
    return ["".join(parts) for parts in itertools.islice(itertools.product(*pieces), _MOST)]


def _values(name: str, scope: Scope, config: NginxConfig, depth: int) -> list[str]:
    said = _set(name, scope) if depth else []
    if depth and not said:
        said = list(config.maps.get(name, ()))
    if not said:
        return [f"${name}"]
    return [text for value in said[:_MOST] for text in _texts(value, scope, config, depth - 1)][:_MOST]


def _set(name: str, scope: Scope) -> list[str]:
    """What `set` gives the variable: the last word of the innermost level, and what an `if` there may change it to."""
    for level in scope.levels:
        plain = [one.args[1] for one in level if one.name == "set" and _sets(one.args, name)]
        conditional = [
            one.args[1] for block in level if block.name == "if" for one in block.named("set") if _sets(one.args, name)
        ]
        if plain or conditional:
            return [*plain[-1:], *conditional]
    return []


def _sets(args: tuple[str, ...], name: str) -> bool:
    return len(args) == 2 and args[0] == f"${name}"
