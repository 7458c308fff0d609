"""What holds at one place of nginx's configuration: the blocks around it, and what is inherited from them."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_directives import Directive


@dataclass(frozen=True, slots=True)
class Scope:
    """A location or a server with the levels around it."""

    levels: tuple[tuple[Directive, ...], ...]
    """What is written at each level, the innermost first."""
    source: str
    whole: bool
    """Whether the outermost level was read. A lone server block (sites-enabled/registry, named by itself) stands in an
    http block that nobody has shown."""

    def inner(self, block: tuple[Directive, ...]) -> Scope:
        """The scope of a block right inside this one."""
        return Scope((block, *self.levels), self.source, self.whole)

    def effective(self, name: str) -> tuple[Directive, ...]:
        """The directives of that name that hold here: those of the innermost level that has any.

        So both kinds of directives inherit in nginx (ngx_conf_merge_value, and the array directives such as
        proxy_set_header and add_header, which are inherited only where a level has none of its own).

        Raises UndecidedError where none was seen and not all was seen: a file that is included and could not be
        read, or the http block around a lone server.
        """
        for level in self.levels:
            found = tuple(one for one in level if one.name == name)
            if found:
                return found
            self._must_be_read(level, name)
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
        found = [one for one in self.effective(directive) if one.args and one.args[0].lower() == header.lower()]
        if found:
            return found[-1]
        for level in self.levels:
            if any(one.name == directive for one in level):
                self._must_be_read(level, f"{directive} {header}")
                break
        return None

    def _must_be_read(self, level: tuple[Directive, ...], name: str) -> None:
        for one in level:
            if one.name == "include":
                raise UndecidedError(
                    f"{name} may be set in {' '.join(one.args)}, which {one.where()} includes and which was not read"
                )
