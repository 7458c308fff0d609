"""What a text with variables may become when nginx runs, as far as `set` and `map` say it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable

from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_scopes import Scope

_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z0-9_]+)\}|(?P<bare>[A-Za-z0-9_]+))")
_MOST = 300
"""Texts that one may become. One that may become more is known when nginx runs only."""
_MOST_STEPS = 600
"""Texts that are looked into for one: with it even maps that name each other a hundred times come to an end."""
_LONGEST = 4000
"""Characters of a text that may hold further variables; nginx reads its configuration by buffers of 4096."""
_DEEPEST = 8
"""Variables that are set to variables."""


def possible_texts(text: str, scope: Scope, config: NginxConfig) -> tuple[str, ...]:
    """Every text that `text` may become at that place.

    Variables that `set` and `map` define are replaced; those of nginx itself (`$scheme`, `$http_host`) and of other
    modules stay, written as `$name`. Raises UndecidedError where they are too many.
    """
    if "$" not in text:
        return (text,)
    # What `set` says is all that the place adds: by that, and the text, what was found is kept for other places.
    key = (text, tuple(id(level) for level in scope.levels if level.variables))
    if key not in config.texts:
        try:
            config.texts[key] = _Expansion(scope, config).texts(text, _DEEPEST)
        except UndecidedError as error:
            config.texts[key] = str(error)
    found = config.texts[key]
    if isinstance(found, str):
        raise UndecidedError(found)
    return found


class _Expansion:
    """The texts of one place, each variable looked up once."""

    def __init__(self, scope: Scope, config: NginxConfig) -> None:
        self.scope = scope
        self.config = config
        self.known: dict[tuple[str, int], tuple[str, ...]] = {}
        self.steps = 0

    def texts(self, text: str, depth: int) -> tuple[str, ...]:
        self.steps += 1
        if self.steps > _MOST_STEPS or len(text) > _LONGEST:
            raise _too_many(text)
        pieces: list[tuple[str, ...]] = []
        end = 0
        for found in _VARIABLE.finditer(text):
            pieces.append((text[end : found.start()],))
            pieces.append(self.values(found["braced"] or found["bare"], depth))
            end = found.end()
        pieces.append((text[end:],))
        if math.prod(map(len, pieces)) > _MOST:
            raise _too_many(text)
        return tuple(dict.fromkeys("".join(parts) for parts in itertools.product(*pieces)))

    def values(self, name: str, depth: int) -> tuple[str, ...]:
        if (name, depth) not in self.known:
            self.known[name, depth] = self.looked_up(name, depth)
        return self.known[name, depth]

    def looked_up(self, name: str, depth: int) -> tuple[str, ...]:
        said: Iterable[str] = self.set(name) if depth else ()
        if depth and not said:
            said = self.config.maps.get(name, ())
        found: dict[str, None] = {}
        for value in said:
            found.update(dict.fromkeys(self.texts(value, depth - 1) if "$" in value else (value,)))
            if len(found) > _MOST:
                raise _too_many(f"${name}")
        return tuple(found) or (f"${name}",)

    def set(self, name: str) -> tuple[str, ...]:
        """What `set` gives the variable, at the innermost level that does."""
        return next((level.variables[f"${name}"] for level in self.scope.levels if f"${name}" in level.variables), ())


def _too_many(text: str) -> UndecidedError:
    shown = text if len(text) <= 60 else f"{text[:60]} and so on"
    return UndecidedError(f"{shown} may become more than {_MOST} different texts when nginx runs")
