"""Values that know where they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.redaction import Secret


class UnreadableError(Exception):
    """A file is not what it should be; the message is one line that names the file, and the line where known."""


class UndecidedError(Exception):
    """A value that a judgement rests on is only known when the program runs; the message says which and where."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What stands in the place of a value that is worked out at run time: Ruby code, `${VARIABLE}`, a template."""

    expression: str
    """As written, cut to one line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written."""

    source: str
    """A file's path, or words such as `environment of process 1234`."""
    line: int | None = None
    """Line in `source`, counted from 1."""
    layer: str = "file"
    """Which layer it belongs to: `file`, `environment`, `argument`, `default`."""


Scalar = str | int | float | bool | None | Secret


@dataclass(frozen=True, slots=True)
class Located:
    """A scalar, a mapping or a sequence of further located values, with the place where it was written."""

    value: Scalar | Computed | Mapping[str, Located] | tuple[Located, ...]
    place: Place
    name: str = ""
    """The path to it, as the file's own users write it: `auth.token.realm`, or the variable's name."""

    def at(self, *path: str) -> Located | None:
        """The value at a path of keys; None where a step is missing or is not a mapping.

        Raises UndecidedError where a step on the way is computed at run time: what is below it is not known.
        """
        here: Located | None = self
        for key in path:
            if here is not None:
                here.decided()
            if here is None or not isinstance(here.value, Mapping):
                return None
            here = here.value.get(key)
        return here

    def decided(self) -> Located:
        """This value. Raises UndecidedError where it is computed at run time."""
        if isinstance(self.value, Computed):
            line = f":{self.place.line}" if self.place.line else ""
            raise UndecidedError(
                f"{self.name} is worked out at run time ({self.place.source}{line}: {self.value.expression})"
            )
        return self

    def text(self) -> str | None:
        """The value as text where it is a scalar other than null; a secret gives its placeholder.

        Raises UndecidedError where it is computed at run time.
        """
        self.decided()
        if self.value is None or isinstance(self.value, Mapping | tuple):
            return None
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return str(self.value)

    def switch(self) -> bool | None:
        """The value where it is true or false (not the texts "true" and "false"). Raises UndecidedError as `text`."""
        self.decided()
        return self.value if isinstance(self.value, bool) else None

    def entries(self) -> Mapping[str, Located]:
        """What is in it, by key, where it is a mapping; else nothing. Raises UndecidedError as `text`."""
        self.decided()
        return self.value if isinstance(self.value, Mapping) else {}

    def items(self) -> tuple[Located, ...]:
        """What is in it, in order, where it is a list; else nothing. Raises UndecidedError as `text`."""
        self.decided()
        return self.value if isinstance(self.value, tuple) else ()

    def quote(self) -> Quote:
        """The value as evidence."""
        shown = self.value.expression if isinstance(self.value, Computed) else self.text()
        if shown is None:
            shown = "" if self.value is None else "…"
        return Quote(self.place.source, f"{self.name}: {shown}".rstrip(), self.place.line)

    def walk(self) -> Iterator[tuple[tuple[str, ...], Located]]:
        """Every value below this one with its path of keys, in the order of the file. Sequences count from 0."""
        stack: list[tuple[tuple[str, ...], Located]] = [((), self)]
        while stack:
            path, here = stack.pop()
            yield path, here
            children: list[tuple[tuple[str, ...], Located]] = []
            if isinstance(here.value, Mapping):
                children = [((*path, key), child) for key, child in here.value.items()]
            elif isinstance(here.value, tuple):
                children = [((*path, str(index)), child) for index, child in enumerate(here.value)]
            stack.extend(reversed(children))
