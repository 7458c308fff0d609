"""Gathers the evidence that the selected checks ask for, side by side, then judges it; nothing here waits for ever."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from regdoctor.catalogue import needed_probes
from regdoctor.check import Check, Outcome, Skip, Unknown
from regdoctor.exit_codes import UsageError
from regdoctor.injection import Absent, Input
from regdoctor.probe import CouldNotGatherError, NotApplicableError, Probe
from regdoctor.redaction import redact
from regdoctor.target import Target


@dataclass(frozen=True, slots=True)
class Gathered:
    """How one probe went."""

    probe: Probe
    evidence: Any
    """What it gave, or `Absent`."""
    seconds: float
    bug: str = ""
    """The redacted traceback, where the probe itself broke."""
    bad_input: str = ""
    """The line to show, where a file or URL that was named by hand is unusable."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One outcome of one check."""

    check: Check
    outcome: Outcome
    seconds: float
    bug: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """All that one run found out."""

    target: Target
    gathered: tuple[Gathered, ...]
    judged: tuple[Judged, ...]
    started: float
    """Epoch seconds by the local clock."""
    seconds: float

    def evidence(self, kind: type) -> Any:
        """The evidence of a type, or None where it is absent or was not asked for."""
        for item in self.gathered:
            if item.probe.provides is kind and not isinstance(item.evidence, Absent):
                return item.evidence
        return None


class Observer(Protocol):
    """Is told how the probes go, for people who wait."""

    def __call__(self, gathered: Gathered) -> None:
        """One probe has ended."""


def examine(target: Target, selected: Iterable[Check], observer: Observer | None = None) -> Examination:
    """Run the probes that the selected checks need and judge what they gave, within `target.timeout` seconds."""
    chosen = tuple(selected)
    started, clock = time.time(), time.monotonic()
    gathered = _gather(target, needed_probes(chosen), clock + target.timeout, observer)
    evidence: dict[type, Any] = {Target: target} | {item.probe.provides: item.evidence for item in gathered}
    judged = tuple(outcome for item in chosen for outcome in _judge(item, evidence))
    return Examination(target, gathered, judged, started, time.monotonic() - clock)


def _gather(target: Target, wanted: tuple[Probe, ...], end: float, observer: Observer | None) -> tuple[Gathered, ...]:
    """Start each probe as soon as what it waits for is there; give up on one at its limit, on all at `end`.

    A probe that does not come back keeps its daemon thread, which ends with the process: Python cannot end it sooner.
    """
    settled: dict[type, Any] = {Target: target}
    done: dict[str, Gathered] = {}
    waiting = list(wanted)
    running: dict[str, tuple[Probe, float]] = {}
    answers: queue.SimpleQueue[Gathered] = queue.SimpleQueue()

    def settle(result: Gathered) -> None:
        done[result.probe.name] = result
        settled[result.probe.provides] = result.evidence
        if observer is not None:
            observer(result)

    while waiting or running:
        for item in [item for item in waiting if all(want.kind in settled for want in item.inputs.values())]:
            waiting.remove(item)
            arguments = _arguments(item.inputs, settled)
            if isinstance(arguments, Absent):
                settle(Gathered(item, arguments, 0.0))
                continue
            now = time.monotonic()
            running[item.name] = (item, min(now + item.limit, end))
            threading.Thread(
                target=_run, args=(item, arguments, answers), name=f"probe {item.name}", daemon=True
            ).start()
        if not running:
            continue
        soonest = min(deadline for _, deadline in running.values())
        try:
            result = answers.get(timeout=max(soonest - time.monotonic(), 0))
            if running.pop(result.probe.name, None):
                settle(result)
        except queue.Empty:
            now = time.monotonic()
            for item, deadline in [pair for pair in running.values() if pair[1] <= now]:
                del running[item.name]
                reason = (
                    "the time for the whole examination was over"
                    if deadline >= end
                    else f"no end within {item.limit:g} s"
                )
                settle(Gathered(item, Absent(f"{item.name.replace('_', ' ')}: {reason}"), item.limit))
    return tuple(done[item.name] for item in wanted)


def _run(item: Probe, arguments: Mapping[str, Any], answers: queue.SimpleQueue[Gathered]) -> None:
    began = time.monotonic()
    evidence: Any
    bug = bad_input = ""
    try:
        evidence = item.gather(**arguments)
    except NotApplicableError as absence:
        evidence = Absent(redact(str(absence)), applicable=False)
    except CouldNotGatherError as absence:
        evidence = Absent(redact(str(absence)))
    except UsageError as error:
        bad_input = redact(str(error))
        evidence = Absent(bad_input)
    except Exception:
        bug = redact(traceback.format_exc())
        evidence = Absent(f"a bug in regdoctor stopped the probe {item.name}")
    answers.put(Gathered(item, evidence, time.monotonic() - began, bug, bad_input))


def _judge(item: Check, evidence: Mapping[type, Any]) -> tuple[Judged, ...]:
    began = time.monotonic()
    arguments = _arguments(item.inputs, evidence)
    if isinstance(arguments, Absent):
        absence = Unknown(arguments.reason) if arguments.applicable else Skip(arguments.reason)
        return (Judged(item, absence, 0.0),)
    try:
        outcome = item.judge(**arguments)
        outcomes = (outcome,) if isinstance(outcome, Outcome) else tuple(outcome)
    except Exception:
        bug = redact(traceback.format_exc())
        return (Judged(item, Unknown("a bug in regdoctor stopped this check"), time.monotonic() - began, bug),)
    seconds = time.monotonic() - began
    return tuple(Judged(item, one, seconds) for one in outcomes)


def _arguments(inputs: Mapping[str, Input], evidence: Mapping[type, Any]) -> Mapping[str, Any] | Absent:
    """The values for the declared inputs; or, where one that is required is absent, why."""
    values: dict[str, Any] = {}
    missing: list[Absent] = []
    for name, wanted in inputs.items():
        value = evidence.get(wanted.kind, Absent(f"no probe provides {wanted.kind.__name__}"))
        if isinstance(value, Absent) and not wanted.optional:
            missing.append(value)
        values[name] = value
    # What does not apply decides: without a bucket there is nothing to ask of it, whatever else went wrong.
    missing.sort(key=lambda absence: absence.applicable)
    return missing[0] if missing else values
