"""Finds the checks and the probes, and selects checks by the words that people use for them."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType

import regdoctor.checks
from regdoctor.check import Check
from regdoctor.exit_codes import UsageError
from regdoctor.probe import Probe
from regdoctor.sign import EndSign, Sign


@functools.cache
def checks() -> tuple[Check, ...]:
    """Every check, sorted by family and name.

    Raises TypeError where a declaration contradicts itself: two checks of a name, a file that holds another number of
    checks than one or is not named as its check, `explains` naming no check.
    """
    found: dict[str, Check] = {}
    for module in _modules(regdoctor.checks):
        declared = [value for value in vars(module).values() if isinstance(value, Check)]
        if [item.name for item in declared] != [module.__name__.rpartition(".")[2]]:
            raise TypeError(f"{module.__name__} must hold the one check of its name")
        if declared[0].name in found:
            raise TypeError(f"two checks are called {declared[0].name}")
        found[declared[0].name] = declared[0]
    for item in found.values():
        if unknown := set(item.explains) - set(found):
            raise TypeError(f"{item.name} explains unknown checks: {', '.join(sorted(unknown))}")
    return tuple(sorted(found.values(), key=lambda item: (item.family, item.name)))


@functools.cache
def probes() -> dict[type, Probe]:
    """Every probe by the type of evidence that it provides.

    Raises TypeError where two provide the same type.
    """
    import regdoctor.probes

    found: dict[type, Probe] = {}
    for module in _modules(regdoctor.probes):
        for item in vars(module).values():
            if isinstance(item, Probe) and found.setdefault(item.provides, item) is not item:
                raise TypeError(f"{item.name} and {found[item.provides].name} provide the same evidence")
    return found


@functools.cache
def signs() -> tuple[Sign | EndSign, ...]:
    """What recognises checks in traffic, in the order of the checks that they are of.

    Raises TypeError for a sign that stands in another file than its check.
    """
    found: list[Sign | EndSign] = []
    for module in _modules(regdoctor.checks):
        for item in vars(module).values():
            if isinstance(item, Sign | EndSign):
                if item.check.name != module.__name__.rpartition(".")[2]:
                    raise TypeError(f"{module.__name__} holds a sign of {item.check.name}")
                found.append(item)
    return tuple(sorted(found, key=lambda item: (item.check.family, item.check.name)))


def families() -> tuple[str, ...]:
    """The names of the families, sorted."""
    return tuple(sorted({item.family for item in checks()}))


CONFIG = "config"
"""The word for every check that files alone can decide."""


@functools.cache
def judged_from_files() -> frozenset[str]:
    """The names of the checks that can be judged without the network: nothing that they must have comes from there."""
    return frozenset(
        item.name
        for item in checks()
        if not any(_asks(want.kind) for want in item.inputs.values() if not want.optional)
    )


def _asks(kind: type) -> bool:
    """Whether the evidence of a type is not to be had without the network."""
    probe = probes().get(kind)
    return probe is not None and (
        probe.network or any(_asks(want.kind) for want in probe.inputs.values() if not want.optional)
    )


def select(words: Iterable[str]) -> tuple[Check, ...]:
    """The checks that the words name: `all`, `config`, families, names, or failure modes; each once, in catalogue
    order.

    Raises UsageError for a word that names nothing, with the nearest that does.
    """
    wanted: set[str] = set()
    for word in words:
        wanted |= {item.name for item in named(word)}
    return tuple(item for item in checks() if item.name in wanted)


def named(word: str) -> tuple[Check, ...]:
    """The checks that one word names; dashes may stand for underscores. Raises UsageError as `select` does.

    A family's word names its checks, and those of other families that stand for failure modes called after it: `proxy`
    is also who detects a PROXY-16, so that whoever asks about the proxy hears that it answers 502. With them come the
    checks whose findings explain one of the family's: a login that fails because no registry answers is a question
    about `auth`, and its answer is not; nor is the setting for which the registry does not start.
    """
    name, mode = word.lower().replace("-", "_"), word.upper().replace("_", "-")
    if name == CONFIG:
        return tuple(item for item in checks() if item.name in judged_from_files())
    found = tuple(
        item
        for item in checks()
        if name in ("all", item.name, item.family)
        or mode in item.failure_modes
        or any(one.startswith(f"{mode}-") for one in item.failure_modes)
    )
    if found:
        return _with_causes(found) if name in families() else found
    words = ["all", CONFIG, *families(), *(item.name for item in checks())]
    modes = sorted({mode for item in checks() for mode in item.failure_modes})
    # Whoever writes a number means a failure mode: those are the nearest, however short the name of a family is.
    kinds = ((mode, modes), (name, words)) if mode[-1:].isdigit() else ((name, words), (mode, modes))
    near = [one for meant, known in kinds for one in difflib.get_close_matches(meant, known, 1)]
    hint = f" Did you mean {near[0]}?" if near else ""
    raise UsageError(f"no check, family or failure mode is called {word!r}.{hint} `regdoctor check --list` shows them.")


def _with_causes(found: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks, those whose findings explain one of them, and in turn what can be told of their causes for nothing.

    In catalogue order. Beyond the first step only such checks are taken that need no further request.
    """
    names = {item.name for item in found}
    more = {item.name for item in checks() if names & set(item.explains)}
    asked = _requests(item for item in checks() if item.name in names | more)
    while not more <= names:
        names |= more
        more = {item.name for item in checks() if names & set(item.explains) and _requests([item]) <= asked}
    return tuple(item for item in checks() if item.name in names)


def _requests(selected: Iterable[Check]) -> set[str]:
    """The probes that ask something over the network for the checks, by name."""
    return {probe.name for probe in needed_probes(selected) if probe.network}


def needed_probes(selected: Iterable[Check]) -> tuple[Probe, ...]:
    """The probes that the checks ask for, in the order and with the error of `probes_for`."""
    return probes_for(wanted.kind for item in selected for wanted in item.inputs.values())


def probes_for(kinds: Iterable[type]) -> tuple[Probe, ...]:
    """The probes for these kinds of evidence, and those that they wait for, each before those that wait for it.

    Raises TypeError where probes wait for each other in a circle.
    """
    ordered: dict[type, Probe] = {}
    waiting: set[type] = set()

    def add(kind: type) -> None:
        probe = probes().get(kind)
        if probe is None or kind in ordered:
            return
        if kind in waiting:
            raise TypeError(f"{probe.name} waits for itself")
        waiting.add(kind)
        for wanted in probe.inputs.values():
            add(wanted.kind)
        ordered[kind] = probe

    for kind in kinds:
        add(kind)
    return tuple(ordered.values())


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    def broken(name: str) -> None:
        """Walking would leave out, in silence, a folder that cannot be imported."""
        raise  # noqa: PLE0704 - called while the error is handled

    for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=broken):
        if not found.ispkg:
            yield importlib.import_module(found.name)
