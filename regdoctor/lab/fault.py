"""What a fault is, and how the faults are found: one file each in the folder `faults`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regdoctor.lab import faults as faults_package
from regdoctor.lab.errors import UnknownFaultError
from regdoctor.lab.settings import Settings

if TYPE_CHECKING:
    from regdoctor.lab.stack import Stack

HEALTHY = "healthy"
"""The name that stands for no fault."""


def _unchanged(settings: Settings) -> Settings:
    return settings


def _nothing(stack: Stack) -> None:
    """A hook that does nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a stack is broken, declared as `FAULT` in a file whose name is the fault's name.

    A stack takes it on in this order: `settings`, all files written, `files`, programs started, `processes`.
    """

    title: str
    """What is broken, in a sentence."""
    check: str
    """The check that must name it."""
    failure_modes: tuple[str, ...]
    """Identifiers of the domain reference."""
    also: tuple[str, ...] = ()
    """The checks that must see its effects, and whose findings are folded under that of `check`."""
    arguments: tuple[str, ...] = ()
    """What `regdoctor check` needs beside the usual to see it."""
    settings: Callable[[Settings], Settings] = _unchanged
    """Changes what the files are written from."""
    files: Callable[[Stack], None] = _nothing
    """Changes the files after they were written, before the programs start."""
    processes: Callable[[Stack], None] = _nothing
    """Changes what runs, after everything was started; waits until its effect is there."""
    undo: Callable[[Stack], None] = _nothing
    """Takes back what writing the files afresh and restarting does not."""
    registry_comes_up: bool = True
    """False: the registry ends by itself at its start."""
    front_comes_up: bool = True
    """False: nginx ends by itself at its start."""
    shows_on: Literal["pull", "push"] = "pull"
    """What a client does when it meets the fault, if it meets it at all."""
    tag: str = "latest"
    """The tag that a client pulls to meet it."""


def discover() -> Mapping[str, Fault]:
    """Every fault by its name (with dashes), in the order of the names.

    Raises TypeError where a file in the folder declares none.
    """
    found: dict[str, Fault] = {}
    for module in pkgutil.iter_modules(faults_package.__path__):
        declared = getattr(importlib.import_module(f"{faults_package.__name__}.{module.name}"), "FAULT", None)
        if not isinstance(declared, Fault):
            raise TypeError(f"faults/{module.name}.py does not declare FAULT = Fault(…)")
        found[module.name.replace("_", "-")] = declared
    return dict(sorted(found.items()))


def find_fault(name: str) -> Fault | None:
    """The fault called `name`, with dashes or underscores; None for `healthy`. Raises UnknownFaultError."""
    wanted = name.replace("_", "-")
    if wanted == HEALTHY:
        return None
    known = discover()
    if wanted not in known:
        raise UnknownFaultError(f"no fault is called {name!r}; there are: {', '.join((HEALTHY, *known))}")
    return known[wanted]
