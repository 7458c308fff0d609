"""What holds at one place of nginx's configuration: the blocks around it, and what is inherited from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_directives import Directive


class Level:
    """What is written right in one block, found by name.

    Shared by all that lies in the block: thousands of locations ask one server for the same few names.
    """

    def __init__(self, directives: tuple[Directive, ...]) -> None:
        """Of these directives, in the order of the file."""
        self.directives = directives

    @cached_property
    def by_name(self) -> dict[str, tuple[Directive, ...]]:
        """The directives of each name."""
        found: dict[str, list[Directive]] = {}
        for one in self.directives:
            found.setdefault(one.name, []).append(one)
        return {name: tuple(every) for name, every in found.items()}

    @cached_property
    def headers(self) -> dict[tuple[str, str], Directive]:
        """`proxy_set_header` and `add_header` by their name and the header's, in lower case: the last of each."""
        every = (one for name in ("proxy_set_header", "add_header") for one in self.named(name) if one.args)
        return {(one.name, one.args[0].lower()): one for one in every}

    @cached_property
    def variables(self) -> dict[str, tuple[str, ...]]:
        """What `set` gives each variable (`$name`): its last word here, then what an `if` here may change it to."""
        plain = {one.args[0]: one.args[1] for one in self.named("set") if len(one.args) == 2}
        found = {name: [value] for name, value in plain.items()}
        for condition in self.named("if"):
            for one in condition.named("set"):
                if len(one.args) == 2:
                    found.setdefault(one.args[0], []).append(one.args[1])
        return {name: tuple(values) for name, values in found.items()}

    def named(self, name: str) -> tuple[Directive, ...]:
        """The directives of that name."""
        return self.by_name.get(name, ())


@dataclass(frozen=True, slots=True)
class Scope:
    """A location or a server with the levels around it."""

    levels: tuple[Level, ...]
    """What is written at each level, the innermost first."""
    source: str
    whole: bool
    """Whether the outermost level was read. A lone server block (sites-enabled/registry, named by itself) stands in an
    http block that nobody has shown."""

    def inner(self, block: tuple[Directive, ...]) -> Scope:
        """The scope of a block right inside this one."""
        return Scope((Level(block), *self.levels), self.source, self.whole)

    def effective(self, name: str) -> tuple[Directive, ...]:
        """The directives of that name that hold here: those of the innermost level that has any.

        So both kinds of directives inherit in nginx (ngx_conf_merge_value, and the array directives such as
        proxy_set_header and add_header, which are inherited only where a level has none of its own).

        Raises UndecidedError where none was seen and not all was seen: a file that is included and could not be
        read, or the http block around a lone server.
        """
        for level in self.levels:
            found = level.named(name)
            if found:
                return found
            _must_be_read(level, name)
        if not self.whole:
            raise UndecidedError(f"{name} is not set in {self.source}, and the http block around it was not read")
        return ()

    def setting(self, name: str) -> Directive | None:
        """The one that holds of a directive that takes one value. Raises UndecidedError as `effective`."""
        found = self.effective(name)
        return found[-1] if found else None

    def header(self, directive: str, header: str) -> Directive | None:
        """`proxy_set_header` or `add_header` for that header, upper and lower case alike, as it holds here.

        Raises UndecidedError as `effective`, also where headers were seen at a level that includes a file that could
        not be read.
        """
        if not self.effective(directive):
            return None
        level = next(level for level in self.levels if level.named(directive))
        found = level.headers.get((directive, header.lower()))
        if found is None:
            _must_be_read(level, f"{directive} {header}")
        return found


def _must_be_read(level: Level, name: str) -> None:
    for one in level.named("include"):
        raise UndecidedError(
            f"{name} may be set in {' '.join(one.args)}, which {one.where()} includes and which was not read"
        )
