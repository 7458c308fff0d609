"""Ruby text as a syntax tree, with a bound on all that hostile text could inflate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regdoctor.formats.located import UnreadableError

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 150
"""Levels of the syntax tree; a hash in a hash takes two."""


@dataclass(frozen=True, slots=True)
class RubySource:
    """A Ruby file without syntax errors."""

    root: Node
    source: str
    """The file's path, as messages show it."""
    heredocs: Mapping[int, Node]
    """The body of each here document, by the byte at which its `<<WORD` begins."""


def parse_ruby(data: bytes, source: str) -> RubySource:
    """The syntax tree of the file `source` with the content `data`. Nothing in it is run.

    Raises UnreadableError, one line `SOURCE:LINE: what is wrong` that quotes nothing, for what is no Ruby.
    """
    import tree_sitter
    import tree_sitter_ruby

    text = _text(data, source)
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_ruby.language()))
    root = parser.parse(text.encode()).root_node
    if root.has_error:
        raise UnreadableError(f"{source}:{_first_error(root)}: a syntax error in Ruby, here or shortly before")
    return RubySource(root, source, _heredocs(root, source))


def line_of(node: Node) -> int:
    """The line on which the node begins, from 1."""
    return node.start_point[0] + 1


def text_of(node: Node | None) -> str:
    """The node as written; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the file."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(here.children))


def _text(data: bytes, source: str) -> str:
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise UnreadableError(f"{source}:{line}: a NUL byte: this is binary or UTF-16, not Ruby")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        lines = data.split(b"\n")
        text = "\n".join(_line(line, number, source) for number, line in enumerate(lines, 1))
    return text.replace("\r\n", "\n")  # as Ruby's own reader takes it, also inside of strings


def _line(line: bytes, number: int, source: str) -> str:
    """One line as text; Ruby lets a comment hold anything, and nothing else."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        if line.lstrip().startswith(b"#"):
            return line.decode("utf-8", "replace")
        raise UnreadableError(
            f"{source}:{number}: not UTF-8 text (byte 0x{line[error.start]:02x}); Latin-1 perhaps?"
        ) from None


def _first_error(root: Node) -> int:
    here, found = root, root
    while here.has_error and not (here.is_error or here.is_missing):
        found = here
        broken = [child for child in here.children if child.has_error or child.is_error or child.is_missing]
        if not broken:
            break
        here = broken[0]
        found = here
    # Recovery may make one error of all that follows the opening that is never closed.
    return line_of(found)


def _heredocs(root: Node, source: str) -> dict[int, Node]:
    """Bodies follow in the order of their beginnings; those inside of another body are left out.

    Raises UnreadableError for a tree that is too deep, and for a here document without end: the parser takes it.
    """
    begun: list[int] = []
    bodies: list[Node] = []
    waiting: list[tuple[int, bool, Node]] = [(0, False, root)]
    while waiting:
        depth, inside, node = waiting.pop()
        if depth > DEEPEST:
            raise UnreadableError(f"{source}:{line_of(node)}: nested more than {DEEPEST} levels deep")
        if node.type == "heredoc_end" and not node.text:
            raise UnreadableError(f"{source}:{line_of(node)}: a here document (<<WORD) that does not end")
        if not inside and node.type == "heredoc_beginning":
            begun.append(node.start_byte)
        if not inside and node.type == "heredoc_body":
            bodies.append(node)
            inside = True
        waiting.extend((depth + 1, inside, child) for child in reversed(node.children))
    return dict(zip(begun, bodies, strict=True)) if len(begun) == len(bodies) else {}
