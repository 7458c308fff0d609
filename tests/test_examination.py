"""Several examinations are told as one."""

from __future__ import annotations

from regdoctor.check import Check, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.examination import Examination, Judged, joined
from regdoctor.target import Target


class Apple:
    """Evidence."""


@check(title="", severity=Severity.ERROR, failure_modes=())
def eats(apple: Apple) -> Outcome:
    """Judge."""
    return Pass()


@check(title="", severity=Severity.ERROR, failure_modes=())
def skips(apple: Apple) -> Outcome:
    """Judge."""
    return Pass()


def examination(**outcomes: Outcome) -> Examination:
    known: dict[str, Check] = {"eats": eats, "skips": skips}
    judged = tuple(Judged(known[name], outcome, 0.1) for name, outcome in outcomes.items())
    return Examination(Target(), (), judged, 5.0, 0.25)


def test_what_any_said_stands_once_and_skips_only_where_none_said_more() -> None:
    whole = joined(
        [
            examination(eats=Pass("ripe"), skips=Skip("no apple")),
            examination(eats=Unknown("too dark"), skips=Skip("no apple here")),
            examination(eats=Pass("ripe"), skips=Skip("no apple")),
        ]
    )

    assert [(item.check.name, item.outcome) for item in whole.judged] == [
        ("eats", Pass("ripe")),
        ("eats", Unknown("too dark")),
        ("skips", Skip("no apple")),
    ]
    assert (whole.started, whole.seconds) == (5.0, 0.75)
