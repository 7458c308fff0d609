"""Ruby text as a syntax tree, with a bound on all that hostile text could inflate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regdoctor.formats.located import UnreadableError

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 150
"""Levels of the syntax tree; a hash in a hash takes two."""
_ACTING = frozenset(("call", "binary", "assignment", "operator_assignment"))
_BRANCHES = frozenset(
    (
        *("method", "singleton_method", "block", "do_block", "lambda", "class", "module", "begin", "rescue"),
        *("if", "unless", "if_modifier", "unless_modifier", "rescue_modifier"),
        *("case", "while", "until", "for", "while_modifier", "until_modifier"),
    )
)
_NAMES = frozenset(("identifier", "constant", "simple_symbol", "hash_key_symbol"))
_TYPOGRAPHIC = re.compile("[\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb]")
"""Quotation marks of books, which to Ruby are letters like any other."""


@dataclass(frozen=True, slots=True)
class RubySource:
    """A Ruby file without syntax errors."""

    root: Node
    source: str
    """The file's path, as messages show it."""
    heredocs: Mapping[int, Node]
    """The body of each here document, by the byte at which its `<<WORD` begins."""
    acting: tuple[tuple[bool, Node], ...]
    """Every call, assignment and binary expression in the order of the file, with whether it stands inside of what
    may not run, or run more than once: a branch, a loop, a block, a method.
    """


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
        line = _first_error(root)
        if _TYPOGRAPHIC.search(text.split("\n")[line - 1]):
            raise _typographic(source, line)
        raise UnreadableError(f"{source}:{line}: a syntax error in Ruby, here or shortly before")
    return _Survey(source, typographic=_TYPOGRAPHIC.search(text) is not None).of(root)


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


def _typographic(source: str, line: int) -> UnreadableError:
    return UnreadableError(
        f"{source}:{line}: a typographic quotation mark, which is none to Ruby: write \" or ' in its place"
    )


class _Survey:
    """One look at every node of a file, for all that must be known of it beforehand: large files have a million."""

    def __init__(self, source: str, *, typographic: bool) -> None:
        """typographic: whether the text holds a typographic quotation mark, be it in a comment."""
        self._source = source
        self._typographic = typographic

    def of(self, root: Node) -> RubySource:
        """The file. Bodies follow in the order of their beginnings; those inside of another body are left out.

        Raises UnreadableError for a tree that is too deep, for a here document without end, which the parser takes,
        and for a name that begins or ends with a typographic quotation mark: reconfigure stops at it (NameError).
        """
        begun: list[int] = []
        bodies: list[Node] = []
        acting: list[tuple[bool, Node]] = []
        waiting: list[tuple[int, bool, bool, Node]] = [(0, False, False, root)]
        while waiting:
            depth, in_body, in_branch, node = waiting.pop()
            kind = node.type
            if kind in _ACTING:
                acting.append((in_branch, node))
            elif kind.startswith("heredoc_"):
                if kind == "heredoc_end" and not node.text:
                    raise UnreadableError(f"{self._source}:{line_of(node)}: a here document (<<WORD) that does not end")
                if not in_body and kind == "heredoc_beginning":
                    begun.append(node.start_byte)
                if not in_body and kind == "heredoc_body":
                    bodies.append(node)
                    in_body = True
            if not node.child_count:
                if self._typographic and kind in _NAMES and _TYPOGRAPHIC.search(text_of(node)):
                    raise _typographic(self._source, line_of(node))
                continue
            if depth >= DEEPEST:
                raise UnreadableError(f"{self._source}:{line_of(node)}: nested more than {DEEPEST} levels deep")
            in_branch = in_branch or kind in _BRANCHES
            waiting.extend([(depth + 1, in_body, in_branch, child) for child in reversed(node.children)])
        heredocs = dict(zip(begun, bodies, strict=True)) if len(begun) == len(bodies) else {}
        return RubySource(root, self._source, heredocs, tuple(acting))
