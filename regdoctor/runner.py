"""Gathers the evidence that the selected checks ask for, side by side, then judges it; nothing here waits for ever."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regdoctor.catalogue import needed_probes, probes_for
from regdoctor.check import Check, Outcome, Skip, Unknown
from regdoctor.examination import Examination, Gathered, Judged
from regdoctor.exit_codes import UsageError
from regdoctor.formats.located import UndecidedError, UnreadableError
from regdoctor.injection import Absent, Input
from regdoctor.probe import CouldNotGatherError, NotApplicableError, Probe
from regdoctor.redaction import redact
from regdoctor.target import Target

Observer = Callable[[Gathered], None]
"""Is told how each probe went, as soon as it has ended, for people who wait."""


def examine(target: Target, selected: Iterable[Check], observer: Observer | None = None) -> Examination:
    """Run the probes that the selected checks need and judge what they gave, within `target.timeout` seconds."""
    chosen = tuple(selected)
    started, clock = time.time(), time.monotonic()
    gathered = _Gathering(target, needed_probes(chosen), clock + target.timeout, observer).gather()
    evidence: dict[type, Any] = {Target: target} | {item.probe.provides: item.evidence for item in gathered}
    judged = tuple(
        outcome
        for outcome in _Judging(chosen, evidence).judge(clock + target.timeout)
        # What it would have taken the network to tell is no part of an examination of files.
        if not (target.offline and outcome.outcome == Skip(_ONLY_FILES))
    )
    return Examination(target, gathered, judged, started, time.monotonic() - clock)


def gather(
    target: Target, kinds: Iterable[type], seconds: float, observer: Observer | None = None
) -> tuple[Gathered, ...]:
    """Run the probes for these kinds of evidence, and those that they wait for, and judge nothing.

    seconds: after which what has not come is given up.
    """
    return _Gathering(target, probes_for(kinds), time.monotonic() + seconds, observer).gather()


class _Gathering:
    """Starts each probe as soon as what it waits for is there; gives up on one at its limit, on all at `end`.

    A probe that does not come back keeps its daemon thread, which ends with the process: Python cannot end it sooner.
    """

    def __init__(self, target: Target, wanted: tuple[Probe, ...], end: float, observer: Observer | None) -> None:
        """end: by time.monotonic()."""
        self._settled: dict[type, Any] = {Target: target}
        for kind in {want.kind for item in wanted for want in item.inputs.values()}:
            if kind is not Target and not any(item.provides is kind for item in wanted):
                self._settled[kind] = _unprovided(kind)
        self._wanted = wanted
        self._waiting = list(wanted)
        self._running: dict[str, _Run] = {}
        self._done: dict[str, Gathered] = {}
        self._answers: queue.SimpleQueue[Gathered] = queue.SimpleQueue()
        self._end = end
        self._observer = observer

    def gather(self) -> tuple[Gathered, ...]:
        """How each of the wanted probes went, in their order."""
        while self._waiting or self._running:
            for item in [item for item in self._waiting if self._is_ready(item)]:
                self._waiting.remove(item)
                self._start(item)
            if self._running:
                self._wait()
        return tuple(self._done[item.name] for item in self._wanted)

    def _is_ready(self, item: Probe) -> bool:
        return all(want.kind in self._settled for want in item.inputs.values())

    def _start(self, item: Probe) -> None:
        arguments = _arguments(item.inputs, self._settled)
        now = time.monotonic()
        if item.network and self._settled[Target].offline:
            arguments = Absent(_ONLY_FILES, applicable=False)
        if isinstance(arguments, Absent):
            self._settle(Gathered(item, arguments, 0.0))
        elif now >= self._end:
            self._settle(Gathered(item, Absent(f"{_words(item)}: {_ALL_OVER}"), 0.0))
        else:
            self._running[item.name] = _Run(item, now, min(now + item.limit, self._end))
            threading.Thread(
                target=_run,
                args=(item, arguments, self._answers),
                kwargs={"strict_about_files": self._settled[Target].offline},
                name=f"probe {item.name}",
                daemon=True,
            ).start()

    def _wait(self) -> None:
        """Until the next probe ends, or the next deadline."""
        soonest = min(run.deadline for run in self._running.values())
        try:
            result = self._answers.get(timeout=max(soonest - time.monotonic(), 0))
        except queue.Empty:
            self._give_up_overdue()
            return
        # One that was given up already and ends after all changes nothing any more.
        if self._running.pop(result.probe.name, None):
            self._settle(result)

    def _give_up_overdue(self) -> None:
        now = time.monotonic()
        for run in [run for run in self._running.values() if run.deadline <= now]:
            del self._running[run.probe.name]
            reason = _ALL_OVER if run.deadline >= self._end else f"no end within {run.probe.limit:g} s"
            self._settle(Gathered(run.probe, Absent(f"{_words(run.probe)}: {reason}"), now - run.began))

    def _settle(self, result: Gathered) -> None:
        self._done[result.probe.name] = result
        self._settled[result.probe.provides] = result.evidence
        if self._observer is not None:
            self._observer(result)


@dataclass(frozen=True, slots=True)
class _Run:
    """A probe that has been started. Times are those of time.monotonic()."""

    probe: Probe
    began: float
    deadline: float


_ONLY_FILES = "only files are judged here; nothing is asked over the network"
_ALL_OVER = "the time for the whole examination was over"


def _words(item: Probe) -> str:
    return item.name.replace("_", " ")


def _unprovided(kind: type) -> Absent:
    return Absent(f"no probe provides {kind.__name__}")


def _run(
    item: Probe, arguments: Mapping[str, Any], answers: queue.SimpleQueue[Gathered], *, strict_about_files: bool
) -> None:
    """strict_about_files: a file that cannot be read is bad input, for files are all that is examined."""
    began = time.monotonic()
    evidence: Any
    bug = bad_input = ""
    try:
        evidence = item.gather(**arguments)
    except NotApplicableError as absence:
        evidence = Absent(redact(str(absence)), applicable=False)
    except (CouldNotGatherError, UndecidedError) as absence:
        evidence = Absent(redact(str(absence)))
    except UnreadableError as error:
        evidence = Absent(redact(str(error)))
        bad_input = evidence.reason if strict_about_files else ""
    except UsageError as error:
        bad_input = redact(str(error))
        evidence = Absent(bad_input)
    except Exception:  # whatever it is: one broken probe must not take the others' results along
        bug = redact(traceback.format_exc())
        evidence = Absent(f"a bug in regdoctor stopped the probe {item.name}")
    answers.put(Gathered(item, evidence, time.monotonic() - began, bug, bad_input))


class _Judging:
    """Judges the evidence, check by check, and gives up on those that a hostile input holds up.

    As with probes, a check that does not come back keeps its daemon thread, which ends with the process.
    """

    def __init__(self, chosen: tuple[Check, ...], evidence: Mapping[type, Any]) -> None:
        self._chosen = chosen
        self._evidence = evidence
        self._told: queue.SimpleQueue[tuple[Judged, ...]] = queue.SimpleQueue()

    def judge(self, end: float) -> Iterator[Judged]:
        """The outcomes in the order of the checks. end: by time.monotonic(); what came late has a second more."""
        threading.Thread(target=self._run, name="checks", daemon=True).start()
        end = max(end, time.monotonic() + _LEAST_FOR_CHECKS)
        for number in range(len(self._chosen)):
            try:
                yield from self._told.get(timeout=max(end - time.monotonic(), 0))
            except queue.Empty:
                for item in self._chosen[number:]:
                    yield Judged(item, Unknown(f"{item.name} was not judged: {_ALL_OVER}"), 0.0)
                return

    def _run(self) -> None:
        for item in self._chosen:
            self._told.put(_judge(item, self._evidence))


_LEAST_FOR_CHECKS = 1.0
"""Seconds that judging has in any case, where gathering took all the time: it takes a tenth of that."""


def _judge(item: Check, evidence: Mapping[type, Any]) -> tuple[Judged, ...]:
    began = time.monotonic()
    arguments = _arguments(item.inputs, evidence)
    if isinstance(arguments, Absent):
        absence = Unknown(arguments.reason) if arguments.applicable else Skip(arguments.reason)
        return (Judged(item, absence, 0.0),)
    try:
        outcomes = _outcomes(item.judge(**arguments))
    except UndecidedError as reason:
        return (Judged(item, Unknown(redact(str(reason))), time.monotonic() - began),)
    except Exception:  # as above: the other checks go on
        bug = redact(traceback.format_exc())
        return (Judged(item, Unknown("a bug in regdoctor stopped this check"), time.monotonic() - began, bug),)
    seconds = time.monotonic() - began
    return tuple(Judged(item, one, seconds) for one in outcomes)


_MOST_OUTCOMES = 200
"""Of one check. A file of ten thousand mistakes is not mended finding by finding."""


def _outcomes(told: Outcome | Iterable[Outcome]) -> tuple[Outcome, ...]:
    """What a check gave, one or several. Raises TypeError for anything else: no check may fall silent."""
    outcomes = (told,) if isinstance(told, Outcome) else tuple(_until_undecided(told))
    if not outcomes or not all(isinstance(one, Outcome) for one in outcomes):
        raise TypeError(f"a check must give one or more outcomes, not {outcomes!r}")
    if len(outcomes) > _MOST_OUTCOMES:
        rest = f"{len(outcomes) - _MOST_OUTCOMES} more outcomes of this check are left out"
        outcomes = (*outcomes[:_MOST_OUTCOMES], Unknown(rest))
    return outcomes


def _until_undecided(told: Iterable[Outcome]) -> Iterator[Outcome]:
    """What a check says one by one; where it comes upon a value that is computed at run time, that it cannot tell."""
    try:
        yield from told
    except UndecidedError as reason:
        yield Unknown(redact(str(reason)))


def _arguments(inputs: Mapping[str, Input], evidence: Mapping[type, Any]) -> Mapping[str, Any] | Absent:
    """The values for the declared inputs; or, where one that is required is absent, why."""
    values: dict[str, Any] = {}
    missing: list[Absent] = []
    for name, wanted in inputs.items():
        value = evidence.get(wanted.kind, _unprovided(wanted.kind))
        if isinstance(value, Absent) and not wanted.optional:
            missing.append(value)
        values[name] = value
    # What does not apply decides: without a bucket there is nothing to ask of it, whatever else went wrong.
    missing.sort(key=lambda absence: absence.applicable)
    return missing[0] if missing else values
