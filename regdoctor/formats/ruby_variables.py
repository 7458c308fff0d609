"""What must be known of a Ruby file before it is read line by line: its variables, and other files that it takes in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regdoctor.formats.ruby_source import RubySource, line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

ASSIGNMENTS = frozenset(("assignment", "operator_assignment"))
APPENDING = frozenset(("push", "append"))
MERGING = frozenset(("merge!", "update"))
CHANGING = frozenset(("concat", "store", "delete", "delete_if", "clear", "replace", "insert", "prepend", "unshift"))
"""Methods that change what they are called on, beside those whose name ends with an exclamation mark."""

_LOADERS = frozenset(("from_file", "instance_eval", "class_eval", "module_eval"))
_LOADING_FUNCTIONS = frozenset(("eval", "load", "require_relative"))
_NAMES = frozenset(("identifier", "constant"))


@dataclass(frozen=True, slots=True)
class Variables:
    """The plain variables and constants of a file."""

    assigned: frozenset[str]
    """All that are assigned somewhere."""
    constant: frozenset[str]
    """Those that are assigned once, outside of any branch or block, and are not changed in their place."""


def variables(ruby: RubySource) -> Variables:
    """The variables of the file."""
    touched: Counter[str] = Counter()
    assigned: set[str] = set()
    in_branch: set[str] = set()
    for inside, node in ruby.acting:
        for place in _changed(node):
            name = text_of(_root(place))
            touched[name] += 1
            if place.type in _NAMES and node.type in ASSIGNMENTS:
                assigned.add(name)
                if inside:
                    in_branch.add(name)
    constant = {name for name in assigned - in_branch if touched[name] == 1}
    return Variables(frozenset(assigned), frozenset(constant))


def loaders(ruby: RubySource) -> list[str]:
    """A line `SOURCE:LINE: …` for each call that runs Ruby from elsewhere."""
    found: list[str] = []
    for _, node in ruby.acting:
        if node.type != "call":
            continue
        method = text_of(node.child_by_field_name("method"))
        receiver = text_of(node.child_by_field_name("receiver"))
        if method in _LOADERS or (method in _LOADING_FUNCTIONS and receiver in ("", "Kernel")):
            found.append(f"{ruby.source}:{line_of(node)}: {method} takes in other Ruby, which may set anything")
    return found


def _changed(node: Node) -> list[Node]:
    """What a node assigns to, or changes in its place."""
    left: Node | None = None
    if node.type in ASSIGNMENTS or (node.type == "binary" and text_of(node.child_by_field_name("operator")) == "<<"):
        left = node.child_by_field_name("left")
    elif node.type == "call":
        method = text_of(node.child_by_field_name("method"))
        if method in APPENDING | MERGING | CHANGING or method.endswith("!"):
            left = node.child_by_field_name("receiver")
    if left is None:
        return []
    return left.named_children if left.type == "left_assignment_list" else [left]


def _root(node: Node) -> Node | None:
    """The name that an expression such as `a['b']['c']` begins with."""
    here: Node | None = node
    while here is not None and here.type == "element_reference":
        here = here.child_by_field_name("object")
    return here
