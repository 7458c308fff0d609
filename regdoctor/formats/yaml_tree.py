"""YAML files as located values: every value with its line and its dotted name."""

from __future__ import annotations

from collections.abc import Callable

from regdoctor.formats.located import Located, Place, Scalar, UnreadableError
from regdoctor.formats.yaml_nodes import DEEPEST, MOST_NODES, MappingNode, Node, ScalarNode, compose
from regdoctor.formats.yaml_scalars import resolve

Path = tuple[str, ...]
Seal = Callable[[Path, str, Scalar], Scalar]
"""Given a scalar's path, its text as written, and its value: what to keep of it. Here secrets are wrapped."""

_MOST_TEXT = 16 * 1024 * 1024
"""Characters of values and names together, with every alias written out."""


def parse(data: bytes, source: str, *, seal: Seal | None = None) -> Located:
    """The mapping that a YAML file holds; an empty file gives an empty one.

    source: the file's path, as messages and places show it.
    seal: what becomes of each scalar, see `Seal`.

    Lines count from 1 and are those of the key; an item of a list has the line of its first value. Raises
    UnreadableError, one line `SOURCE:LINE: what is wrong`, for anything else than one mapping in well-formed
    YAML.
    """
    found = compose(data, source)
    if found is None:
        return Located({}, Place(source), "")
    line, node = found
    if isinstance(node, ScalarNode) and node.plain and resolve(node.text) is None:
        return Located({}, Place(source, line), "")
    if not isinstance(node, MappingNode):
        kind = "one value" if isinstance(node, ScalarNode) else "a list"
        raise UnreadableError(f"{source}:{line}: the file is not a mapping (`key: value`) but {kind}")
    return _Locator(source, lambda at: Place(source, at), seal).locate(line, node, (), "", 0)


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
    def __init__(self, source: str, place: Callable[[int], Place], seal: Seal | None) -> None:
        self.source = source
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
            return Located(entries, self.place(line), name)
        items = tuple(
            self.locate(at, child, (*path, str(index)), f"{prefix}{index}", depth + 1)
            for index, (at, child) in enumerate(node.items)
        )
        return Located(items, self.place(line), name)

    def scalar(self, node: ScalarNode, path: Path) -> Scalar:
        value = resolve(node.text) if node.plain else node.text
        return value if self.seal is None else self.seal(path, node.text, value)
