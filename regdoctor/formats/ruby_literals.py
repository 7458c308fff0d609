"""The values that Ruby text spells out; what only a run would tell stays computed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from regdoctor.formats.located import UnreadableError
from regdoctor.formats.ruby_expression import expression
from regdoctor.formats.ruby_numbers import decimal, integer
from regdoctor.formats.ruby_source import RubySource, line_of, text_of
from regdoctor.formats.ruby_strings import heredoc_text, string_text, word_text
from regdoctor.formats.ruby_values import Literal, added, multiplied

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_VALUES = 100_000


Lookup = Callable[["Node"], Literal | None]
"""Given a name or a reference such as `registry['dir']`: the value that it has by now, where that is known."""


class Literals:
    """Reads values of one file."""

    def __init__(self, ruby: RubySource, lookup: Lookup) -> None:
        """Read from `ruby`; what a name or a reference stands for is asked of `lookup`."""
        self._ruby = ruby
        self._lookup = lookup
        self._made = 0

    def read(self, node: Node) -> Literal:
        """The value of an expression; Computed where the run decides it.

        Raises UnreadableError for a file that blows up beyond MOST_VALUES.
        """
        line = line_of(node)
        self._count(line)
        reader = _READERS.get(node.type)
        found = reader(self, node) if reader is not None else None
        return Literal(line, expression(node) if found is None else found.value)

    def text(self, node: Node) -> str | None:
        """The text of an expression that is a text; else None."""
        value = self.read(node).value
        return value if isinstance(value, str) else None

    def copy(self, literal: Literal) -> Literal:
        """The same value, so that a change of one leaves the other."""
        self._count(literal.line)
        if isinstance(literal.value, dict):
            return replace(literal, value={key: self.copy(item) for key, item in literal.value.items()})
        if isinstance(literal.value, list):
            return replace(literal, value=[self.copy(item) for item in literal.value])
        return literal

    def key(self, node: Node) -> str | None:
        """A key of a hash, as text; None where it is not known."""
        if node.type == "hash_key_symbol":
            return text_of(node)
        value = self.read(node).value
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None

    def pairs(self, nodes: list[Node]) -> dict[str, Literal] | None:
        """The entries that pairs make; None where one of them is not known to be one."""
        entries: dict[str, Literal] = {}
        for pair in nodes:
            if pair.type in ("comment", "heredoc_body"):
                continue
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            name = self.key(key) if key is not None and value is not None else None
            if name is None or value is None:
                return None
            entries[name] = replace(self.read(value), line=line_of(pair))
        return entries

    def _count(self, line: int) -> None:
        self._made += 1
        if self._made > MOST_VALUES:
            raise UnreadableError(f"{self._ruby.source}:{line}: more than {MOST_VALUES:,} values")

    def _interpolated(self, node: Node) -> str | None:
        inner = node.named_children
        value = self.read(inner[0]).value if len(inner) == 1 else None
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None

    def _string(self, node: Node) -> Literal | None:
        return _of_text(node, string_text(node, self._interpolated))

    def _adjacent(self, node: Node) -> Literal | None:
        texts = [self.text(child) for child in node.named_children]
        known = [text for text in texts if text is not None]
        return _of_text(node, "".join(known)) if len(known) == len(texts) else None

    def _heredoc(self, node: Node) -> Literal | None:
        body = self._ruby.heredocs.get(node.start_byte)
        return None if body is None else _of_text(node, heredoc_text(node, body, self._interpolated))

    def _words(self, node: Node) -> Literal | None:
        plain = text_of(node.children[0]).startswith(("%w", "%i"))
        items: list[Literal] = []
        for word in node.named_children:
            text = word_text(word, self._interpolated, plain=plain)
            items.append(Literal(line_of(word), expression(word) if text is None else text))
        return Literal(line_of(node), items)

    def _array(self, node: Node) -> Literal | None:
        nodes = [child for child in node.named_children if child.type not in ("comment", "heredoc_body")]
        if any(child.type in ("splat_argument", "pair", "block_argument") for child in nodes):
            return None
        return Literal(line_of(node), [self.read(child) for child in nodes])

    def _hash(self, node: Node) -> Literal | None:
        entries = self.pairs(node.named_children)
        return None if entries is None else Literal(line_of(node), entries)

    def _unary(self, node: Node) -> Literal | None:
        operand = node.child_by_field_name("operand")
        operator = text_of(node.child_by_field_name("operator"))
        value = self.read(operand).value if operand is not None else None
        if operator == "-" and isinstance(value, int | float) and not isinstance(value, bool):
            return Literal(line_of(node), -value)
        if operator in ("!", "not") and isinstance(value, bool):
            return Literal(line_of(node), not value)
        return None

    def _binary(self, node: Node) -> Literal | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = text_of(node.child_by_field_name("operator"))
        if left is None or right is None or operator not in ("+", "*"):
            return None
        one, other = self.read(left), self.read(right)
        return added(one, other) if operator == "+" else multiplied(one, other)

    def _parenthesised(self, node: Node) -> Literal | None:
        inner = node.named_children
        return self.read(inner[0]) if len(inner) == 1 else None

    def _named(self, node: Node) -> Literal | None:
        found = self._lookup(node)
        return None if found is None else self.copy(found)

    def _call(self, node: Node) -> Literal | None:
        """A method of a value that is known, where its effect is plain."""
        receiver, method = node.child_by_field_name("receiver"), text_of(node.child_by_field_name("method"))
        arguments = node.child_by_field_name("arguments")
        if receiver is None or node.child_by_field_name("block") is not None:
            return None
        if arguments is None and method in ("freeze", "dup", "strip", "chomp", "to_s"):
            found = self.read(receiver)
            if method in ("freeze", "dup"):
                return found
            if not isinstance(found.value, str):
                return None
            text = {"strip": found.value.strip(), "chomp": found.value.removesuffix("\n")}.get(method, found.value)
            return replace(found, value=text)
        if method == "merge" and arguments is not None:
            return self._merged(self.read(receiver), arguments)
        return None

    def _merged(self, one: Literal, arguments: Node) -> Literal | None:
        others = self.arguments_as_hash(arguments)
        return (
            None if others is None or not isinstance(one.value, dict) else replace(one, value={**one.value, **others})
        )

    def arguments_as_hash(self, arguments: Node) -> dict[str, Literal] | None:
        """The entries of the one hash that is passed, with or without braces; None where it is anything else."""
        given = arguments.named_children
        if len(given) == 1 and given[0].type != "pair":
            value = self.read(given[0]).value
            return value if isinstance(value, dict) else None
        return self.pairs(given) if all(item.type == "pair" for item in given) else None


def _of_text(node: Node, text: str | None) -> Literal | None:
    return None if text is None else Literal(line_of(node), text)


def _of_number(node: Node, number: float | None) -> Literal | None:
    return None if number is None else Literal(line_of(node), number)


_READERS: dict[str, Callable[[Literals, Node], Literal | None]] = {
    "string": Literals._string,
    "delimited_symbol": Literals._string,
    "chained_string": Literals._adjacent,
    "heredoc_beginning": Literals._heredoc,
    "string_array": Literals._words,
    "symbol_array": Literals._words,
    "array": Literals._array,
    "hash": Literals._hash,
    "unary": Literals._unary,
    "binary": Literals._binary,
    "parenthesized_statements": Literals._parenthesised,
    "identifier": Literals._named,
    "constant": Literals._named,
    "element_reference": Literals._named,
    "call": Literals._call,
    "integer": lambda _, node: _of_number(node, integer(text_of(node))),
    "float": lambda _, node: _of_number(node, decimal(text_of(node))),
    "simple_symbol": lambda _, node: Literal(line_of(node), text_of(node)[1:]),
    "true": lambda _, node: Literal(line_of(node), True),
    "false": lambda _, node: Literal(line_of(node), False),
    "nil": lambda _, node: Literal(line_of(node), None),
}
