"""nginx's configuration as it is written: directives with their arguments, blocks, files and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regdoctor.check import Quote
from regdoctor.formats.located import Place, UnreadableError
from regdoctor.redaction import Secret

_DEEPEST = 40
"""Blocks within blocks; real configurations have five or six."""
_SECRET_HEADERS = frozenset(("authorization", "proxy-authorization", "cookie", "x-api-key"))
"""Request headers that nginx may be told to add, and whose value opens something."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive; with a block where it opens one."""

    name: str
    args: tuple[str, ...]
    """As nginx takes them: without quotes."""
    place: Place
    block: tuple[Directive, ...] | None = None

    def named(self, name: str) -> tuple[Directive, ...]:
        """The directives of that name right in its block."""
        return tuple(child for child in self.block or () if child.name == name)

    def quote(self) -> Quote:
        """The directive as evidence; of a block only its first line."""
        words = " ".join((self.name, *map(_written, self.args)))
        return Quote(self.place.source, f"{words} {{" if self.block is not None else f"{words};", self.place.line)

    def where(self) -> str:
        """`FILE:LINE`."""
        return f"{self.place.source}:{self.place.line}"

    def walk(self) -> Iterator[Directive]:
        """This directive and every one below it, in the order of the files."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(reversed(here.block or ()))


Include = Callable[[Directive], "Iterable[Directive] | None"]
"""What stands in the place of an `include`; None for what could not be read: then the directive itself stays."""


def directives(parsed: Sequence[Mapping[str, Any]], source: str, include: Include) -> tuple[Directive, ...]:
    """The directives that crossplane parsed from the file `source`, each `include` replaced by what it brings in.

    parsed: crossplane's list of statements (`directive`, `line`, `args`, `block`).
    Raises UnreadableError for blocks nested too deep.
    """
    return tuple(_level(parsed, source, include, 0))


def _level(parsed: Sequence[Mapping[str, Any]], source: str, include: Include, depth: int) -> Iterator[Directive]:
    if depth > _DEEPEST:
        raise UnreadableError(f"{source}: blocks are nested more than {_DEEPEST} deep")
    for statement in parsed:
        block = statement.get("block")
        inner = None if block is None else tuple(_level(block, source, include, depth + 1))
        name = str(statement["directive"])
        one = Directive(name, _sealed(name, statement["args"]), Place(source, statement["line"]), inner)
        brought = include(one) if name == "include" and inner is None and len(one.args) == 1 else None
        if brought is None:
            yield one
        else:
            yield from brought


def _sealed(name: str, args: Sequence[str]) -> tuple[str, ...]:
    """The arguments, with the value of a header that opens something out of sight."""
    secret = name == "proxy_set_header" and len(args) == 2 and args[0].lower() in _SECRET_HEADERS
    if secret and args[1] and not args[1].startswith("$"):
        return (args[0], str(Secret(args[1], args[0])))
    return tuple(args)


def _written(arg: str) -> str:
    """An argument as it would be written: in quotes where it must be."""
    if arg and not any(char.isspace() or char in ";{}\"'" for char in arg.replace("${", "").replace("}", "", 1)):
        return arg
    return "'" + arg.replace("'", "\\'").replace("\n", " ") + "'"
