"""What the lines of gitlab.rb set, one after the other, as `gitlab-ctl reconfigure` would run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.formats.located import Computed
from regdoctor.formats.ruby_expression import expression
from regdoctor.formats.ruby_literals import Literals
from regdoctor.formats.ruby_repeats import Repeats, concerns_registry
from regdoctor.formats.ruby_source import RubySource, line_of, text_of, walk
from regdoctor.formats.ruby_store import RubyStore
from regdoctor.formats.ruby_values import Literal, added
from regdoctor.formats.ruby_variables import APPENDING, ASSIGNMENTS, CHANGING, MERGING, loaders, variables

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN_CALLS = frozenset(("roles", "role"))
"""Beside the …external_url: settings that are called and not indexed (SettingsDSL of omnibus-gitlab)."""
_NOTHING = frozenset(("comment", "heredoc_body", "uninterpreted", "empty_statement"))

Target = tuple[tuple[str, ...], bool]
"""The path of a setting, and whether all keys of it are known: if not, the path ends before the first that is not."""


class Settings:
    """The settings after the last line."""

    def __init__(self, ruby: RubySource) -> None:
        """Run through the file. Raises UnreadableError as `Literals.read`."""
        self.store = RubyStore()
        self.local: dict[str, Literal] = {}
        """Plain variables: `registry_external_url = '…'` sets one, and no setting."""
        self.problems = loaders(ruby)
        """A line for each piece of code that may set what is not in `store`."""
        self.repeats = Repeats()
        self._source = ruby.source
        self._literals = Literals(ruby, self._look_up)
        self._variables = variables(ruby)
        self._run(ruby.root.named_children)

    # Statements

    def _run(self, statements: list[Node]) -> None:
        for node in statements:
            if node.type in ("if", "unless", "if_modifier", "unless_modifier"):
                self._branch(node)
            elif node.type in ("begin", "parenthesized_statements", "then", "else") and not _rescues(node):
                self._run(node.named_children)
            elif not self._effect(node, sure=True):
                self._perhaps(node)

    def _branch(self, node: Node) -> None:
        """A condition that is spelt out decides; any other leaves what depends on it to the run."""
        condition = node.child_by_field_name("condition")
        value = self._literals.read(condition).value if condition is not None else Computed("")
        if isinstance(value, Computed):
            self._perhaps(node)
            return
        holds = (value is not None and value is not False) != node.type.startswith("unless")
        if node.type.endswith("_modifier"):
            chosen = node.child_by_field_name("body") if holds else None
        else:
            chosen = node.child_by_field_name("consequence" if holds else "alternative")
        if chosen is not None and chosen.type == "elsif":
            self._perhaps(chosen)
        elif chosen is not None:
            self._run([chosen])

    def _perhaps(self, node: Node) -> None:
        """Whatever is set inside of a loop, a method, a block or an open condition is known at run time only."""
        for inner in walk(node):
            self._effect(inner, sure=False)

    def _effect(self, node: Node, *, sure: bool) -> bool:
        """Take over what one statement sets; False for one that sets nothing that is understood here."""
        if node.type in _NOTHING:
            return True
        if node.type in ASSIGNMENTS:
            return self._assignment(node, sure=sure)
        if node.type == "binary" and text_of(node.child_by_field_name("operator")) == "<<":
            return self._append(node.child_by_field_name("left"), node.child_by_field_name("right"), node, sure=sure)
        return node.type == "call" and self._call(node, sure=sure)

    def _assignment(self, node: Node, *, sure: bool) -> bool:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return False
        inner: Node | None = right
        while inner is not None and inner.type == "assignment":  # a = b = value
            if sure:
                self._assignment(inner, sure=True)
            right, inner = inner.child_by_field_name("right") or right, inner.child_by_field_name("right")
        if left.type in ("identifier", "constant"):
            if sure and node.type == "assignment":
                self.local[text_of(left)] = self._value(right, node)
            return True
        if left.type == "left_assignment_list":
            for one in left.named_children:
                self._unknown(one, node)
            return True
        target = self._target(left)
        if target is None:
            return True
        operator = text_of(node.child_by_field_name("operator"))
        value = self._operated(target[0], operator, right, node) if sure else Literal(line_of(node), expression(node))
        if value is not None:
            self._put(target, value, node)
            self._repeat(target, value, right if sure and not operator else None)
        return True

    def _repeat(self, target: Target, value: Literal, right: Node | None) -> None:
        """Note a whole assignment of a setting of the registry. right: None for one that adds, or may not run."""
        path, known = target
        if not known or not path or not concerns_registry(path):
            return
        if right is None or any(part.type in ("call", "element_reference") for part in walk(right)):
            self.repeats.forget(path)
        else:
            self.repeats.note(path, self._literals.copy(value))

    def _operated(self, path: tuple[str, ...], operator: str, right: Node, node: Node) -> Literal | None:
        """What `=`, `||=` or `+=` leaves there; None where it leaves all as it is."""
        value = self._value(right, node)
        if not operator:
            return value
        before = self.store.at(path)
        unknown = Literal(line_of(node), expression(node))
        if operator == "||=":
            if before is None or before.value is None or before.value is False:
                return value
            return unknown if isinstance(before.value, Computed) else None
        total = added(before, value) if operator == "+=" and before is not None else None
        return unknown if total is None else Literal(line_of(node), total.value)

    def _call(self, node: Node, *, sure: bool) -> bool:
        method = text_of(node.child_by_field_name("method"))
        receiver, arguments = node.child_by_field_name("receiver"), node.child_by_field_name("arguments")
        if node.child_by_field_name("block") is not None and sure:
            return False  # what the block does is for _perhaps
        given = arguments.named_children if arguments is not None else []
        if receiver is None:
            if len(given) != 1 or not (method in _PLAIN_CALLS or method.endswith("external_url")):
                return False
            value = self._value(given[0], node) if sure else Literal(line_of(node), expression(node))
            self._put(((method,), True), value, node)
            self._repeat(((method,), True), value, given[0] if sure else None)
            return True
        if method in APPENDING and len(given) == 1:
            return self._append(receiver, given[0], node, sure=sure)
        if method in MERGING and arguments is not None:
            return self._merge(receiver, arguments, node, sure=sure)
        if method in CHANGING or method.endswith("!"):
            return self._unknown(receiver, node)
        return False

    def _append(self, list_node: Node | None, item: Node | None, node: Node, *, sure: bool) -> bool:
        target = self._target(list_node)
        if target is None or item is None:
            return False
        before = self.store.at(target[0])
        if not sure or before is None or not target[1]:
            return self._unknown(list_node, node)
        one = self._value(item, node)
        if isinstance(before.value, list):
            self._put(target, Literal(before.line, [*before.value, one]), node)
            return True
        total = added(before, one) if before.is_text and one.is_text else None
        self._put(target, total or Literal(line_of(node), expression(node)), node)
        return True

    def _merge(self, receiver: Node, arguments: Node, node: Node, *, sure: bool) -> bool:
        target = self._target(receiver, whole=True)
        if target is None:
            return False
        entries = self._literals.arguments_as_hash(arguments)
        before = self.store.at(target[0])
        known = before is None or isinstance(before.value, dict)
        if not sure or entries is None or not known or not target[1]:
            return self._unknown(receiver, node)
        for key, value in entries.items():
            self._put(((*target[0], key), True), value, node)
        return True

    def _unknown(self, place: Node | None, node: Node) -> bool:
        target = self._target(place, whole=node.type == "call")
        if target is None:
            return False
        self._put(target, Literal(line_of(node), expression(node)), node)
        return True

    # Values

    def _value(self, right: Node, statement: Node) -> Literal:
        found = self._literals.read(right)
        return Literal(line_of(statement), found.value)

    def _look_up(self, node: Node) -> Literal | None:
        """What a variable, or a setting that is read, holds by now."""
        if node.type in ("identifier", "constant"):
            name = text_of(node)
            return self.local.get(name) if name in self._variables.constant else None
        target = self._target(node)
        return self.store.at(target[0]) if target is not None and target[1] else None

    def _target(self, node: Node | None, *, whole: bool = False) -> Target | None:
        """The setting that `registry['a']['b']` means; None for what is no setting, such as a variable's entry.

        whole: whether `registry` alone counts, as what a method is called on.
        """
        keys: list[Node] = []
        while node is not None and node.type == "element_reference":
            inside = [child for child in node.named_children[1:] if child.type != "comment"]
            if len(inside) != 1:
                return None
            keys.insert(0, inside[0])
            node = node.child_by_field_name("object")
        root = text_of(node)
        if node is None or not (keys or whole):
            return None
        path: tuple[str, ...] = (root,)
        if node.type == "constant" and root == "Gitlab":
            path = ()
        elif node.type != "identifier" or root in self.local or root in self._variables.assigned:
            return None
        for key in keys:
            name = self._literals.key(key)
            if name is None:
                return path, False
            path = (*path, name)
        return path, True

    def _put(self, target: Target, value: Literal, node: Node) -> None:
        path, known = target
        if known and path:
            self.store.put(path, value, line_of(node), lambda: expression(node))
        elif not known:
            what = path[0] if path else "a section"
            self.problems.append(
                f"{self._source}:{line_of(node)}: sets an entry of {what} whose name is worked out at run time"
            )


def _rescues(node: Node) -> bool:
    return any(child.type in ("rescue", "ensure") for child in node.children)
