"""YAML files as located values: every value with its line and its dotted name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from regdoctor.formats.located import Located, Place, Scalar, UnreadableError
from regdoctor.formats.yaml_nodes import DEEPEST, MOST_NODES, MappingNode, Node, ScalarNode, compose
from regdoctor.formats.yaml_scalars import resolve

Path = tuple[str, ...]
Seal = Callable[[Path, str, Scalar], Scalar]
"""Given a scalar's path, its text as written, and its value: what to keep of it. Here secrets are wrapped."""

_MOST_TEXT = 16 * 1024 * 1024
"""Characters of values and names together, with every alias written out."""


@dataclass(frozen=True, slots=True)
class DoubledKey:
    """A key that is written more than once in one mapping."""

    name: str
    """Its dotted path."""
    first: Located
    last: Located
    """The one that counts, as it is written there."""


@dataclass(frozen=True, slots=True)
class Doubled:
    """How a reader takes keys that are written twice: the last one counts."""

    merges: Callable[[Path], bool]
    """Whether, at a path, a later mapping is laid over the earlier one, key by key, and does not replace it."""
    found: list[DoubledKey] = field(default_factory=list)
    """Filled while reading."""


def parse(data: bytes, source: str, *, seal: Seal | None = None, doubled: Doubled | None = None) -> Located:
    """The mapping that a YAML file holds; an empty file gives an empty one.

    source: the file's path, as messages and places show it.
    seal: what becomes of each scalar, see `Seal`.
    doubled: how keys that are written twice are taken; without it they are refused.

    Lines count from 1 and are those of the key; an item of a list has the line of its first value. Raises
    UnreadableError, one line `SOURCE:LINE: what is wrong`, for anything else than one mapping in well-formed
    YAML.
    """
    found = compose(data, source, doubled=doubled is not None)
    if found is None:
        return Located({}, Place(source), "")
    line, node = found
    if isinstance(node, ScalarNode) and node.plain and resolve(node.text) is None:
        return Located({}, Place(source, line), "")
    if not isinstance(node, MappingNode):
        kind = "one value" if isinstance(node, ScalarNode) else "a list"
        raise UnreadableError(f"{source}:{line}: the file is not a mapping (`key: value`) but {kind}")
    return _Locator(source, lambda at: Place(source, at), seal, doubled).locate(line, node, (), "", 0)


def parse_value(text: str, place: Place, name: str, path: Path = (), *, seal: Seal | None = None) -> Located:
    """The value of any kind that a piece of YAML holds, such as the value of an environment variable.

    Every value in it gets `place`; the outermost is called `name`, and `path` is where it will stand in the
    tree. Raises UnreadableError, one line that names `name` and the place's source.
    """
    source = f"{place.source}: {name}"
    try:
        found = compose(text.encode(), source)
    except UnicodeEncodeError:
        raise UnreadableError(f"{source}: not UTF-8 text") from None
    line, node = found or (1, ScalarNode("", plain=True))
    return _Locator(source, lambda _: place, seal).locate(line, node, path, name, 0)


class _Locator:
    def __init__(
        self, source: str, place: Callable[[int], Place], seal: Seal | None, doubled: Doubled | None = None
    ) -> None:
        self.source = source
        self.doubled = doubled
        self.place = place
        self.seal = seal
        self.nodes = 0
        self.text = 0

    def locate(self, line: int, node: Node, path: Path, name: str, depth: int) -> Located:
        self.nodes += 1
        self.text += len(name) + (len(node.text) if isinstance(node, ScalarNode) else 0)
        if self.nodes > MOST_NODES or self.text > _MOST_TEXT or depth > DEEPEST:
            raise UnreadableError(f"{self.source}:{line}: aliases blow the document up beyond all use")
        if isinstance(node, ScalarNode):
            return Located(self.scalar(node, path), self.place(line), name)
        prefix = f"{name}." if name else ""
        if isinstance(node, MappingNode):
            entries = {
                key: self.locate(at, child, (*path, key), prefix + key, depth + 1)
                for key, (at, child) in node.entries.items()
            }
            for key, earlier in node.earlier.items():
                below = [self.locate(at, child, (*path, key), prefix + key, depth + 1) for at, child in earlier]
                entries[key] = self.settle([*below, entries[key]], (*path, key))
            return Located(entries, self.place(line), name)
        items = tuple(
            self.locate(at, child, (*path, str(index)), f"{prefix}{index}", depth + 1)
            for index, (at, child) in enumerate(node.items)
        )
        return Located(items, self.place(line), name)

    def settle(self, written: list[Located], path: Path) -> Located:
        """What counts of the values that are written under one key, which is noted down."""
        assert self.doubled is not None  # noqa: S101 - without it the composer refuses such keys
        self.doubled.found.append(DoubledKey(written[-1].name, written[0], written[-1]))
        counts = written[0]
        for later in written[1:]:
            counts = self.laid_over(counts, later, path)
        return counts

    def laid_over(self, earlier: Located, later: Located, path: Path) -> Located:
        assert self.doubled is not None  # noqa: S101 - see settle
        both = isinstance(earlier.value, Mapping) and isinstance(later.value, Mapping)
        if not both or not self.doubled.merges(path):
            return later
        below, above = earlier.entries(), later.entries()
        joined = {
            key: self.laid_over(below[key], value, (*path, key)) if key in below else value
            for key, value in above.items()
        }
        return replace(later, value={**below, **joined})

    def scalar(self, node: ScalarNode, path: Path) -> Scalar:
        value = resolve(node.text) if node.plain else node.text
        return value if self.seal is None else self.seal(path, node.text, value)
