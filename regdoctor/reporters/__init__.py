"""One file an output format; the name of the file is the value of --format."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from regdoctor.check import Severity
from regdoctor.exit_codes import UsageError
from regdoctor.report import Report


@dataclass(frozen=True, slots=True)
class Page:
    """What a reporter that writes for people may assume about the page."""

    width: int = 80
    """Columns."""
    colour: bool = False
    show: Severity = Severity.INFO
    """Findings below this severity are counted and not shown."""
    full: bool = False
    """Whether all that is healthy, and all that was not tried, is named however much it is."""


Render = Callable[[Report, Page], str]


def printable(text: str) -> str:
    """`text` for a terminal: control characters spelt out, so that evidence cannot move the cursor or forge colours."""
    return "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)


def names() -> tuple[str, ...]:
    """The formats there are, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def reporter(name: str) -> Render:
    """The reporter of a format. Raises UsageError for a name that is none."""
    if name not in names():
        raise UsageError(f"there is no format {name!r}; there are {', '.join(names())}.")
    return cast("Render", importlib.import_module(f"{__name__}.{name}").render)
