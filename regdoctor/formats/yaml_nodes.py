"""YAML text composed to nodes with their lines, with a bound on all that hostile text could inflate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from regdoctor.formats.located import UnreadableError

MOST_NODES = 50_000
"""Values in one document, with every alias written out. A registry's file has some hundreds."""
DEEPEST = 100
"""Levels of nesting."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it. Only its scanner and parser are used: no tag builds an object."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What the YAML reader refuses (YAML 1.1, section 5.1, c-printable)."""


@dataclass(slots=True)
class ScalarNode:
    """A scalar as written; `plain` where its text decides its type, False where quotes or a tag do."""

    text: str
    plain: bool


@dataclass(slots=True)
class SequenceNode:
    """A list: for each item the line where it stands, counted from 1, and the node."""

    items: list[tuple[int, Node]] = field(default_factory=list)
    closed: bool = False


@dataclass(slots=True)
class MappingNode:
    """A mapping: by key the line of the key, counted from 1, and the node. Merge keys are laid in."""

    entries: dict[str, tuple[int, Node]] = field(default_factory=dict)
    earlier: dict[str, list[tuple[int, Node]]] = field(default_factory=dict)
    """Where keys may be doubled: what stood under a key before `entries` got its last value, in order."""
    merges: list[Node] = field(default_factory=list)
    key: tuple[int, ScalarNode] | None = None
    closed: bool = False


Node = ScalarNode | SequenceNode | MappingNode


def compose(data: bytes, source: str, *, doubled: bool = False) -> tuple[int, Node] | None:
    """The line and node of the one document in `data`; None where there is none.

    Raises UnreadableError, one line `SOURCE:LINE: what is wrong`, for whatever is not one well-formed
    document. Like yaml.v3 and unlike yaml.v2 it refuses a key that is there twice, and names both lines; with
    `doubled` the last one counts, and the others are kept beside it.
    """
    text = _decode(data, source)
    loader = _LOADER(text)
    try:
        return _Composer(source, doubled).run(loader)
    except yaml.MarkedYAMLError as error:
        raise _refusal(error, text, source) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML without libyaml lets chr() raise on an escape that names no character.
        raise UnreadableError(f"{source}: not YAML: a character that YAML does not allow") from None
    finally:
        loader.dispose()


class _Composer:
    def __init__(self, source: str, doubled: bool) -> None:
        self.source = source
        self.doubled = doubled
        self.anchors: dict[str, Node] = {}
        self.open: list[SequenceNode | MappingNode] = []
        self.root: tuple[int, Node] | None = None
        self.nodes = 0

    def run(self, loader: yaml.SafeLoader) -> tuple[int, Node] | None:
        documents = 0
        while loader.check_event():
            event = loader.get_event()  # type: ignore[no-untyped-call]
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refuse(line, "a second document begins; the file must hold one")
            elif isinstance(event, yaml.CollectionEndEvent):
                self.close(line)
            elif isinstance(event, yaml.AliasEvent):
                self.add(line, self.alias(line, event.anchor or ""))
            elif isinstance(event, yaml.NodeEvent):
                self.start(line, event)
        return self.root

    def refuse(self, line: int, why: str) -> UnreadableError:
        return UnreadableError(f"{self.source}:{line}: {why}")

    def start(self, line: int, event: yaml.NodeEvent) -> None:
        node = _node(event)
        self.add(line, node)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        if not isinstance(node, ScalarNode):
            self.open.append(node)
            if len(self.open) > DEEPEST:
                raise self.refuse(line, f"nested more than {DEEPEST} levels deep")

    def alias(self, line: int, anchor: str) -> Node:
        node = self.anchors.get(anchor)
        if node is None:
            # The name is not shown: it may be a password that begins with an asterisk and lacks its quotes.
            raise self.refuse(
                line, "an alias (*name) to an anchor that is not there; a value beginning with * needs quotes"
            )
        if not isinstance(node, ScalarNode) and not node.closed:
            raise self.refuse(line, "an alias that contains itself")
        return node

    def count(self, line: int, more: int = 1) -> None:
        self.nodes += more
        if self.nodes > MOST_NODES:
            raise self.refuse(line, f"more than {MOST_NODES:,} values")

    def add(self, line: int, node: Node) -> None:
        self.count(line)
        if not self.open:
            self.root = (line, node)
            return
        parent = self.open[-1]
        if isinstance(parent, SequenceNode):
            parent.items.append((line, node))
        elif parent.key is None:
            if not isinstance(node, ScalarNode):
                raise self.refuse(line, "a list or a mapping stands where a key must be")
            parent.key = (line, node)
        else:
            self.enter(parent, *parent.key, node)
            parent.key = None

    def enter(self, parent: MappingNode, line: int, key: ScalarNode, node: Node) -> None:
        if key.plain and key.text == "<<":
            parent.merges.append(node)
            return
        earlier = parent.entries.get(key.text)
        if earlier is not None and self.doubled:
            parent.earlier.setdefault(key.text, []).append(earlier)
        elif earlier is not None:
            raise self.refuse(line, f"the key {key.text[:60]!r} is already there, on line {earlier[0]}")
        parent.entries[key.text] = (line, node)

    def close(self, line: int) -> None:
        node = self.open.pop()
        node.closed = True
        if isinstance(node, MappingNode):
            for merge in node.merges:
                for other in [item for _, item in merge.items] if isinstance(merge, SequenceNode) else [merge]:
                    if not isinstance(other, MappingNode):
                        raise self.refuse(line, "a merge key (<<) whose value is not a mapping")
                    self.count(line, len(other.entries))
                    # What the mapping itself says wins, then the earlier merge:
                    # https://yaml.org/type/merge.html
                    node.entries = other.entries | node.entries


def _node(event: yaml.NodeEvent) -> Node:
    if isinstance(event, yaml.MappingStartEvent):
        return MappingNode()
    if isinstance(event, yaml.SequenceStartEvent):
        return SequenceNode()
    assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - the only kind of node that is left
    standard = event.tag is not None and event.tag in _TYPED
    return ScalarNode(event.value, plain=standard or (event.tag is None and event.implicit[0]))


_TYPED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float", "null", "merge"))
"""Tags that ask for the type that the text would have unquoted; any other tag leaves text."""


def _decode(data: bytes, source: str) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in data and not utf16:
        raise UnreadableError(f"{source}:{_line(data, data.index(0))}: a NUL byte: this is binary, not text")
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        at = f"byte 0x{data[error.start]:02x}" if error.start < len(data) else "cut short"
        if utf16:
            raise UnreadableError(f"{source}: not UTF-16 text, though it begins so ({at})") from None
        where = _line(data, error.start)
        raise UnreadableError(f"{source}:{where}: not UTF-8 text ({at}); Latin-1 perhaps?") from None
    found = _FORBIDDEN.search(text)
    if found is not None:
        where = text.count("\n", 0, found.start()) + 1
        raise UnreadableError(f"{source}:{where}: the character U+{ord(found[0]):04X} is not allowed in YAML")
    return text


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _refusal(error: yaml.MarkedYAMLError, text: str, source: str) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() or [""]
    line = 0 if mark is None else min(mark.line, len(lines) - 1)  # the end of the text counts as one more line
    here = lines[line]
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return UnreadableError(f"{source}:{line + 1}: a tab indents the line; YAML wants spaces")
    # What the message quotes from the file, more than one character, may be a piece of a secret.
    parts = [
        _QUOTED.sub(lambda quoted: quoted[0] if len(quoted[0]) <= 3 else "…", part)
        for part in (error.context, error.problem)
        if part
    ]
    return UnreadableError(f"{source}:{line + 1}: not YAML: {', '.join(parts) or 'it cannot be read'}")
