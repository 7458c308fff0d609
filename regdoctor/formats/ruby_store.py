"""The settings that the lines of gitlab.rb fill, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from regdoctor.formats.located import Computed
from regdoctor.formats.ruby_values import Literal

Keys = tuple[str, ...]


class RubyStore:
    """A tree of hashes. A hash that is not there is made when something is put into it, as Omnibus does."""

    def __init__(self) -> None:
        """Begin with nothing set."""
        self.tree: dict[str, Literal] = {}

    def at(self, path: Keys) -> Literal | None:
        """What is there by now; None for nothing."""
        entries, found = self.tree, None
        for key in path:
            found = entries.get(key)
            if found is None:
                return None
            entries = found.value if isinstance(found.value, dict) else {}
        return found

    def put(self, path: Keys, value: Literal, line: int, computed: Callable[[], Computed]) -> None:
        """Set `value` at `path`.

        line: where it is set. computed: makes what becomes of a list of which an item is changed in its place: that
        is too seldom to follow. What is below a computed value stays unknown.
        """
        entries = self.tree
        for key in path[:-1]:
            here = entries.get(key)
            if here is not None and isinstance(here.value, list):
                entries[key] = Literal(line, computed())
                return
            if here is not None and isinstance(here.value, Computed):
                return
            inner = here.value if here is not None else None
            if not isinstance(inner, dict):
                inner = {}
                entries[key] = Literal(line, inner)
            entries = inner
        entries[path[-1]] = value
