"""Settings of the registry that gitlab.rb spells out more than once, with other values: the last one counts."""

from __future__ import annotations

from regdoctor.formats.located import Computed
from regdoctor.formats.ruby_values import Literal

Keys = tuple[str, ...]

_SECTIONS = frozenset(("registry_external_url", "registry", "registry_nginx"))


def concerns_registry(path: Keys) -> bool:
    """Whether a setting is the registry's: `registry…`, or GitLab's own gitlab_rails['registry_…']."""
    return path[0] in _SECTIONS or (path[0] == "gitlab_rails" and path[1:] != () and path[1].startswith("registry_"))


class Repeats:
    """What was assigned, and what took its place."""

    def __init__(self) -> None:
        """Begin with nothing assigned."""
        self.found: list[tuple[Keys, Literal, Literal]] = []
        """The setting, the value that is lost, and the one that takes its place on a later line."""
        self._last: dict[Keys, Literal] = {}

    def note(self, path: Keys, value: Literal) -> None:
        """A whole value is assigned: a copy of it, which later lines do not change.

        One that is empty or nil is a beginning, which is meant to be filled, and nothing that is lost.
        """
        before = self._last.get(path)
        self._last[path] = value
        if before is None or before.line == value.line:
            return
        if before.value in (None, {}, [], "") or not (_is_known(before) and _is_known(value)):
            return
        if _plain(before) != _plain(value):
            self.found.append((path, before, value))

    def forget(self, path: Keys) -> None:
        """It is set in a way that may keep what was there: what comes after it repeats nothing."""
        self._last.pop(path, None)


def _is_known(literal: Literal) -> bool:
    """Whether no part of it is worked out at run time."""
    if isinstance(literal.value, dict):
        return all(_is_known(item) for item in literal.value.values())
    if isinstance(literal.value, list):
        return all(_is_known(item) for item in literal.value)
    return not isinstance(literal.value, Computed)


def _plain(literal: Literal) -> object:
    """The value without its lines."""
    if isinstance(literal.value, dict):
        return {key: _plain(item) for key, item in literal.value.items()}
    return [_plain(item) for item in literal.value] if isinstance(literal.value, list) else literal.value
