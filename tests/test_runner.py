"""Evidence is gathered side by side within limits, injected by type, and every check gets an outcome."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import pytest

from regdoctor import catalogue
from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.examination import Examination, Gathered
from regdoctor.exit_codes import UsageError
from regdoctor.formats.located import Computed, Located, Place, UndecidedError, UnreadableError
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, Probe, probe
from regdoctor.redaction import Secret
from regdoctor.runner import examine, gather
from regdoctor.target import Target

Provide = Callable[..., None]
TARGET = Target(timeout=20.0)


class Apple:
    """Evidence."""


class Pear:
    """Evidence that needs an apple."""


class Plum:
    """Evidence that nobody provides."""


@check(title="", severity=Severity.ERROR, failure_modes=())
def wants_apple(apple: Apple) -> Outcome:
    """Judge."""
    return Pass(type(apple).__name__)


@check(title="", severity=Severity.ERROR, failure_modes=())
def wants_pear(pear: Pear) -> Outcome:
    """Judge."""
    return Pass(type(pear).__name__)


@check(title="", severity=Severity.ERROR, failure_modes=())
def takes_any(apple: Apple | Absent, target: Target) -> Outcome:
    """Judge."""
    return Pass(apple.reason if isinstance(apple, Absent) else "an apple")


@check(title="", severity=Severity.ERROR, failure_modes=())
def wants_plum(plum: Plum) -> Outcome:
    """Judge."""
    return Pass()


@probe(reads="it")
def an_apple(target: Target) -> Apple:
    """Gather."""
    return Apple()


@probe(reads="it")
def a_pear(apple: Apple) -> Pear:
    """Gather."""
    return Pear()


def apples(gather: Callable[[], Apple], limit: float = 15.0) -> Probe:
    """A probe for apples."""

    def gathering(target: Target) -> Apple:
        return gather()

    return probe(reads="it", limit=limit)(gathering)


def raising(error: BaseException) -> Callable[[], Apple]:
    def gather() -> Apple:
        raise error

    return gather


@pytest.fixture
def provide(monkeypatch: pytest.MonkeyPatch) -> Provide:
    """Puts these probes in the place of the real ones."""

    def put(*probes: Probe) -> None:
        monkeypatch.setattr(catalogue, "probes", lambda: {item.provides: item for item in probes})

    return put


@pytest.fixture
def hanging() -> Iterator[Callable[[], Apple]]:
    """What does not come back before the test is over."""
    over = threading.Event()

    def gather() -> Apple:
        over.wait(30)
        return Apple()

    yield gather
    over.set()


def outcomes(examination: Examination) -> dict[str, Outcome]:
    return {judged.check.name: judged.outcome for judged in examination.judged}


def test_a_check_gets_the_evidence_of_its_type(provide: Provide) -> None:
    provide(an_apple, a_pear)

    examination = examine(TARGET, [wants_apple, wants_pear, takes_any])

    assert outcomes(examination) == {
        "wants_apple": Pass("Apple"),
        "wants_pear": Pass("Pear"),
        "takes_any": Pass("an apple"),
    }
    assert isinstance(examination.evidence(Pear), Pear)
    assert examination.evidence(Plum) is None
    assert [item.probe for item in examination.gathered] == [an_apple, a_pear]


def test_a_probe_runs_once_however_many_ask_for_it(provide: Provide) -> None:
    calls: list[int] = []

    def gather() -> Apple:
        calls.append(1)
        return Apple()

    provide(apples(gather), a_pear)
    examine(TARGET, [wants_apple, takes_any, wants_pear])

    assert calls == [1]


def test_kinds_of_evidence_are_gathered_with_what_they_wait_for_and_no_check(provide: Provide) -> None:
    provide(an_apple, a_pear)

    gathered = gather(TARGET, [Pear], 20.0)

    assert [item.probe for item in gathered] == [an_apple, a_pear]
    assert isinstance(gathered[1].evidence, Pear)
    assert gather(TARGET, [Plum], 20.0) == ()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotApplicableError("no orchard"), Skip("no orchard")),
        (CouldNotGatherError("the ladder is gone"), Unknown("the ladder is gone")),
    ],
)
def test_what_is_absent_reaches_all_that_wait_for_it_with_the_reason(
    provide: Provide, error: Exception, outcome: Outcome
) -> None:
    provide(apples(raising(error)), a_pear)

    examination = examine(TARGET, [wants_apple, wants_pear, takes_any])

    assert outcomes(examination) == {
        "wants_apple": outcome,
        "wants_pear": outcome,
        "takes_any": Pass(str(error)),
    }
    assert examination.evidence(Apple) is None
    assert not any(item.bug or item.bad_input for item in examination.gathered)


def test_what_does_not_apply_decides_over_what_failed(provide: Provide) -> None:
    def no_pear(target: Target) -> Pear:
        raise NotApplicableError("no pears here")

    @check(title="", severity=Severity.ERROR, failure_modes=())
    def wants_both(apple: Apple, pear: Pear) -> Outcome:
        return Pass()

    provide(apples(raising(CouldNotGatherError("lost"))), probe(reads="it")(no_pear))

    assert outcomes(examine(TARGET, [wants_both])) == {"wants_both": Skip("no pears here")}


def test_reasons_are_redacted(provide: Provide) -> None:
    secret = Secret("hunter-of-the-runner", "password")
    provide(apples(raising(CouldNotGatherError(f"wrong: {secret.reveal()}"))))

    assert outcomes(examine(TARGET, [wants_apple])) == {"wants_apple": Unknown("wrong: [redacted password]")}


def test_evidence_that_nobody_provides_is_absent_for_checks_and_probes_alike(provide: Provide) -> None:
    def needs_plum(plum: Plum) -> Pear:
        return Pear()

    def takes_plum(plum: Plum | Absent) -> Apple:
        assert isinstance(plum, Absent)
        return Apple()

    provide(probe(reads="it")(needs_plum), probe(reads="it")(takes_plum))

    assert outcomes(examine(TARGET, [wants_plum, wants_pear, wants_apple])) == {
        "wants_plum": Unknown("no probe provides Plum"),
        "wants_pear": Unknown("no probe provides Plum"),
        "wants_apple": Pass("Apple"),
    }


def test_probes_run_side_by_side(provide: Provide) -> None:
    both = threading.Barrier(2)

    def first(target: Target) -> Apple:
        both.wait(10)
        return Apple()

    def second(target: Target) -> Pear:
        both.wait(10)
        return Pear()

    provide(probe(reads="it")(first), probe(reads="it")(second))

    assert outcomes(examine(TARGET, [wants_apple, wants_pear])) == {
        "wants_apple": Pass("Apple"),
        "wants_pear": Pass("Pear"),
    }


def test_a_probe_that_hangs_is_given_up_at_its_limit_and_the_others_stand(
    provide: Provide, hanging: Callable[[], Apple]
) -> None:
    def quick(target: Target) -> Pear:
        return Pear()

    provide(apples(hanging, limit=0.2), probe(reads="it")(quick))
    began = time.monotonic()
    examination = examine(TARGET, [wants_apple, wants_pear])

    assert time.monotonic() - began < 10
    assert outcomes(examination) == {
        "wants_apple": Unknown("gathering: no end within 0.2 s"),
        "wants_pear": Pass("Pear"),
    }
    assert 0.2 <= examination.gathered[0].seconds < 10


def test_the_whole_examination_ends_in_time_and_starts_nothing_afterwards(
    provide: Provide, hanging: Callable[[], Apple]
) -> None:
    started: list[int] = []

    def after(apple: Apple | Absent) -> Pear:
        started.append(1)
        return Pear()

    provide(apples(hanging), probe(reads="it")(after))
    began = time.monotonic()
    examination = examine(Target(timeout=0.2), [wants_apple, wants_pear])

    assert time.monotonic() - began < 10
    assert outcomes(examination) == {
        "wants_apple": Unknown("gathering: the time for the whole examination was over"),
        "wants_pear": Unknown("after: the time for the whole examination was over"),
    }
    assert started == []


def test_a_probe_that_comes_back_after_it_was_given_up_changes_nothing(provide: Provide) -> None:
    late = threading.Event()

    def slow(target: Target) -> Apple:
        late.wait(10)
        return Apple()

    def wakes_it(target: Target) -> Pear:
        late.wait(0.4)
        late.set()
        return Pear()

    provide(probe(reads="it", limit=0.1)(slow), probe(reads="it")(wakes_it))

    assert outcomes(examine(TARGET, [wants_apple, wants_pear])) == {
        "wants_apple": Unknown("slow: no end within 0.1 s"),
        "wants_pear": Pass("Pear"),
    }


def test_a_broken_probe_is_a_bug_that_is_reported_and_the_rest_goes_on(provide: Provide) -> None:
    secret = Secret("hunter-of-the-probes", "password")

    def quick(target: Target) -> Pear:
        return Pear()

    provide(apples(raising(ZeroDivisionError(f"with {secret.reveal()}"))), probe(reads="it")(quick))
    examination = examine(TARGET, [wants_apple, wants_pear])

    assert outcomes(examination) == {
        "wants_apple": Unknown("a bug in regdoctor stopped the probe gathering"),
        "wants_pear": Pass("Pear"),
    }
    bug = examination.gathered[0].bug
    assert "ZeroDivisionError: with [redacted password]" in bug
    assert "hunter" not in bug


def broken() -> Outcome:
    """Judge."""
    raise KeyError("lost")


def silent() -> Iterable[Outcome]:
    """Judge."""
    return ()


def wordy() -> Iterable[Outcome]:
    """Judge."""
    return "pass"  # type: ignore[return-value]


def breaks_in_the_middle() -> Iterable[Outcome]:
    """Judge."""
    yield Pass()
    raise KeyError("lost")


def half_a_remedy() -> Outcome:
    """Judge."""
    return Fail("broken", remedy={Dialect.HELM: Remedy("")})


@pytest.mark.parametrize("judge", [broken, silent, wordy, breaks_in_the_middle, half_a_remedy])
def test_a_broken_check_is_a_bug_and_unknown_and_the_rest_goes_on(
    provide: Provide, judge: Callable[[], Outcome]
) -> None:
    provide(an_apple)
    item = check(title="", severity=Severity.ERROR, failure_modes=())(judge)

    examination = examine(TARGET, [item, wants_apple])

    assert outcomes(examination) == {
        judge.__name__: Unknown("a bug in regdoctor stopped this check"),
        "wants_apple": Pass("Apple"),
    }
    assert "Traceback" in examination.judged[0].bug
    assert not examination.judged[1].bug


def test_an_unusable_input_is_told_apart_from_a_bug(provide: Provide) -> None:
    provide(apples(raising(UsageError("file.yml: line 3 is broken"))))

    examination = examine(TARGET, [wants_apple])

    assert examination.gathered[0].bad_input == "file.yml: line 3 is broken"
    assert not examination.gathered[0].bug
    assert outcomes(examination) == {"wants_apple": Unknown("file.yml: line 3 is broken")}


def test_a_check_may_give_several_outcomes(provide: Provide) -> None:
    @check(title="", severity=Severity.ERROR, failure_modes=())
    def several() -> Iterable[Outcome]:
        yield Pass("one")
        yield Unknown("two")

    provide()
    examination = examine(TARGET, [several])

    assert [judged.outcome for judged in examination.judged] == [Pass("one"), Unknown("two")]


def test_every_selected_check_is_told_in_the_order_of_the_selection(provide: Provide) -> None:
    provide(an_apple)
    selected: tuple[Check, ...] = (wants_plum, wants_apple, wants_pear, takes_any)

    assert [judged.check for judged in examine(TARGET, selected).judged] == list(selected)


def test_the_observer_hears_of_each_probe_once(provide: Provide) -> None:
    heard: list[Gathered] = []
    provide(apples(raising(CouldNotGatherError("gone"))), a_pear)

    examination = examine(TARGET, [wants_pear], heard.append)

    assert heard == list(examination.gathered)
    assert [item.evidence for item in heard] == [Absent("gone"), Absent("gone")]


def test_times_are_told(provide: Provide) -> None:
    provide(an_apple)
    before = time.time()
    examination = examine(TARGET, [wants_apple])

    assert before <= examination.started <= time.time()
    assert 0 <= examination.gathered[0].seconds <= examination.seconds < 20
    assert examination.target is TARGET


@probe(reads="it", network=True)
def a_distant_apple(target: Target) -> Apple:
    """Gather."""
    raise AssertionError("nothing may be asked")


def test_offline_no_probe_asks_the_network_and_what_only_it_could_tell_is_left_out(provide: Provide) -> None:
    provide(a_distant_apple, a_pear)
    examination = examine(dataclasses.replace(TARGET, offline=True), [wants_apple, wants_pear, takes_any])

    assert outcomes(examination) == {"takes_any": Pass("only files are judged here; nothing is asked over the network")}


def undecided() -> Located:
    return Located(Computed("ENV['X']"), Place("/etc/gitlab/gitlab.rb", 7), "registry['log_level']")


@check(title="", severity=Severity.ERROR, failure_modes=())
def reads_what_is_computed(apple: Apple) -> Outcome:
    """Judge."""
    return Pass(undecided().text() or "")


@check(title="", severity=Severity.ERROR, failure_modes=())
def reads_both(apple: Apple) -> Iterator[Outcome]:
    """Judge."""
    yield Pass("the first")
    yield Pass(undecided().text() or "")


def test_what_is_computed_at_run_time_makes_a_check_unknown_and_keeps_what_it_said_before(provide: Provide) -> None:
    provide(an_apple)
    examination = examine(TARGET, [reads_what_is_computed, reads_both])
    reason = "registry['log_level'] is worked out at run time (/etc/gitlab/gitlab.rb:7: ENV['X'])"

    assert [item.outcome for item in examination.judged] == [Unknown(reason), Pass("the first"), Unknown(reason)]


@pytest.mark.parametrize("error", [UnreadableError("/etc/x: no such file"), UndecidedError("/etc/x: no such file")])
def test_a_reader_that_gives_up_makes_its_evidence_absent(provide: Provide, error: Exception) -> None:
    provide(apples(raising(error)))
    examination = examine(TARGET, [wants_apple])

    assert outcomes(examination) == {"wants_apple": Unknown("/etc/x: no such file")}


def test_a_check_that_does_not_come_back_does_not_hold_up_the_examination(provide: Provide) -> None:
    over = threading.Event()

    @check(title="", severity=Severity.ERROR, failure_modes=())
    def hangs(apple: Apple) -> Outcome:
        """Judge."""
        over.wait(30)
        return Pass()

    provide(an_apple)
    started = time.monotonic()
    examination = examine(dataclasses.replace(TARGET, timeout=0.2), [wants_apple, hangs, takes_any])
    over.set()

    assert time.monotonic() - started < 10
    told = outcomes(examination)
    assert told["wants_apple"] == Pass("Apple")
    assert [type(told[name]) for name in ("hangs", "takes_any")] == [Unknown, Unknown]


def test_a_file_of_ten_thousand_mistakes_is_not_told_mistake_by_mistake(provide: Provide) -> None:
    @check(title="", severity=Severity.ERROR, failure_modes=())
    def counts(apple: Apple) -> Iterable[Outcome]:
        """Judge."""
        return [Pass(str(number)) for number in range(10_000)]

    provide(an_apple)
    told = [item.outcome for item in examine(TARGET, [counts]).judged]

    assert told[:200] == [Pass(str(number)) for number in range(200)]
    assert told[200:] == [Unknown("9800 more outcomes of this check are left out")]
