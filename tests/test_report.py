"""A report tells every outcome once, causes first, and carries no secret."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

import regdoctor
from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown
from regdoctor.examination import Examination, Judged
from regdoctor.redaction import Secret
from regdoctor.report import Report, build
from regdoctor.suppressions import Suppression
from regdoctor.target import Target

REMEDY = {
    Dialect.PLAIN: Remedy("mend it", ("sudo mend",)),
    Dialect.OMNIBUS: Remedy("mend it the Omnibus way", ("sudo gitlab-ctl mend",)),
}
SCHEMA = json.loads(resources.files("regdoctor.reporters").joinpath("report-1.schema.json").read_text())


def judged(name: str, outcome: Outcome, *explains: str, severity: Severity = Severity.ERROR) -> Judged:
    item = Check(
        name=name,
        family="auth",
        title=f"no {name}",
        severity=severity,
        failure_modes=("AUTH-01", "AUTH-02"),
        symptoms=(),
        explains=explains,
        reference="https://example.com/",
        page="",
        judge=Pass,
        inputs={},
    )
    return Judged(item, outcome, 0.0125)


def fail(message: str = "broken", **more: Any) -> Fail:
    return Fail(message, remedy=REMEDY, **more)


def report(*outcomes: Judged, dialect: Dialect = Dialect.PLAIN, accepted: tuple[Suppression, ...] = ()) -> Report:
    examination = Examination(Target(), (), outcomes, 1_800_000_000.0, 1.5)
    return build(examination, {"registry": "https://registry.example.com"}, dialect, accepted)


ALL = (
    judged("healthy", Pass("fine")),
    judged("symptom", fail("it shows")),
    judged("skipped", Skip("no bucket")),
    judged("cause", fail("it is this"), "symptom"),
    judged("open_question", Unknown("who knows")),
    judged("accepted", fail("old news")),
)
ACCEPTED = (Suppression("accepted"),)


def test_every_outcome_is_told_causes_first() -> None:
    rows = report(*ALL, accepted=ACCEPTED).rows

    assert [(row.check, row.outcome, row.message, row.explained_by) for row in rows] == [
        ("cause", "fail", "it is this", None),
        ("symptom", "fail", "it shows", "cause"),
        ("healthy", "pass", "fine", None),
        ("skipped", "skip", "no bucket", None),
        ("open_question", "unknown", "who knows", None),
        ("accepted", "ignored", "old news", None),
    ]


def test_the_summary_counts_each_row_once_and_causes_apart() -> None:
    document = report(*ALL, accepted=ACCEPTED).document()

    assert document["summary"] == {"pass": 1, "fail": 2, "skip": 1, "unknown": 1, "ignored": 1, "causes": 1}
    assert len(document["outcomes"]) == sum(document["summary"].values()) - document["summary"]["causes"]


def test_a_document_is_what_the_schema_says() -> None:
    document = report(*ALL, accepted=ACCEPTED).document()

    jsonschema.validate(document, SCHEMA)
    assert document["schema"] == "regdoctor.report/1"
    assert document["regdoctor"] == regdoctor.__version__
    assert document["started"] == "2027-01-15T08:00:00Z"
    assert document["duration_ms"] == 1500
    assert document["target"] == {"registry": "https://registry.example.com", "dialect": "plain"}
    assert document["outcomes"][0]["duration_ms"] == 12


def test_the_schema_takes_only_its_own_fields() -> None:
    document = report(*ALL).document()
    document["outcomes"][0]["colour"] = "red"

    with pytest.raises(jsonschema.ValidationError, match="colour"):
        jsonschema.validate(document, SCHEMA)


def test_a_finding_is_told_with_its_proof_and_its_remedy() -> None:
    proof = (Quote("/etc/a", "key: x", 3), Quote("GET /v2/", "403"))
    document = report(judged("a", fail(evidence=proof, resource="/etc/a"))).document()

    assert document["outcomes"] == [
        {
            "check": "a",
            "family": "auth",
            "outcome": "fail",
            "severity": "error",
            "title": "no a",
            "message": "broken",
            "failure_modes": ["AUTH-01", "AUTH-02"],
            "resource": "/etc/a",
            "explained_by": None,
            "evidence": [
                {"source": "/etc/a", "line": 3, "quote": "key: x"},
                {"source": "GET /v2/", "line": None, "quote": "403"},
            ],
            "remedy": {"dialect": "plain", "text": "mend it", "commands": ["sudo mend"]},
            "reference": "https://example.com/",
            "duration_ms": 12,
        }
    ]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [(Dialect.OMNIBUS, "mend it the Omnibus way"), (Dialect.PLAIN, "mend it"), (Dialect.HELM, "mend it")],
)
def test_the_remedy_is_in_the_words_of_the_installation_or_the_plain_ones(dialect: Dialect, text: str) -> None:
    row = report(judged("a", fail()), dialect=dialect).rows[0]

    assert row.remedy is not None
    assert row.remedy.text == text


def test_a_case_may_have_its_own_severity_and_failure_modes() -> None:
    row = report(judged("a", fail(severity=Severity.INFO, failure_modes=("AUTH-02",)))).rows[0]

    assert (row.severity, row.failure_modes) == (Severity.INFO, ("AUTH-02",))
    assert report(judged("a", fail(failure_modes=()))).rows[0].failure_modes == ()


def test_a_check_that_found_several_things_has_a_row_for_each_and_one_may_be_accepted() -> None:
    several = (judged("a", fail(resource="one")), judged("a", fail(resource="two")))
    rows = report(*several, accepted=(Suppression("a", "two"),)).rows

    assert [(row.resource, row.outcome) for row in rows] == [("one", "fail"), ("two", "ignored")]


def test_who_accepts_a_cause_accepts_what_it_explains() -> None:
    told = report(
        judged("cause", fail(), "symptom"),
        judged("symptom", fail()),
        judged("other", fail()),
        accepted=(Suppression("cause"),),
    )

    assert {row.check: row.outcome for row in told.rows} == {"cause": "ignored", "symptom": "ignored", "other": "fail"}


def test_no_secret_is_left_wherever_it_was() -> None:
    secret = "hunter-of-the-report"
    Secret(secret, "password")
    found = Fail(
        f"with {secret}",
        remedy={Dialect.PLAIN: Remedy(f"try {secret}", (f"curl -u bob:{secret}",))},
        evidence=(Quote(f"/srv/{secret}", f"password: {secret}", 1),),
        resource=f"/srv/{secret}",
    )
    outcomes = (judged("a", found), judged("b", Unknown(secret)), judged("c", Skip(secret)), judged("d", Pass(secret)))
    examination = Examination(Target(), (), outcomes, 0.0, 0.0)
    text = json.dumps(build(examination, {"root": f"/mnt/{secret}"}, Dialect.PLAIN).document())

    assert secret not in text
    assert text.count("[redacted password]") >= 10


def test_a_password_that_is_a_word_of_the_format_takes_nothing_apart() -> None:
    for word in ("severity", "omnibus", "cause", "error", "AUTH-01"):
        Secret(word, "password")

    document = report(*ALL, dialect=Dialect.OMNIBUS).document()

    jsonschema.validate(document, SCHEMA)
    assert document["outcomes"][0]["check"] == "cause"
    assert document["target"]["dialect"] == "omnibus"


@pytest.fixture(autouse=True)
def _secrets_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regdoctor.redaction._known", {})


def test_the_worst_counts_findings_and_not_what_was_accepted() -> None:
    grave = judged("accepted", fail(severity=Severity.CRITICAL))

    assert report(*ALL).worst() is Severity.ERROR
    assert report(grave, accepted=ACCEPTED).worst() is None
    assert report(judged("a", Pass())).worst() is None


@pytest.mark.parametrize(
    ("outcomes", "headline", "exhaustive"),
    [
        ([fail()], "1 cause found", False),
        ([fail(), fail()], "2 causes found", False),
        ([Pass()], "nothing found wrong", True),
        ([Pass(), Skip("")], "nothing found wrong", True),
        ([Pass(), Unknown("")], "nothing found wrong, but not everything could be told", False),
        ([Unknown("")], "nothing found wrong, but not everything could be told", False),
        ([Skip("")], "nothing could be examined", False),
    ],
)
def test_the_headline_says_no_more_than_is_known(outcomes: list[Outcome], headline: str, exhaustive: bool) -> None:
    told = report(*(judged("a", outcome) for outcome in outcomes))

    assert told.headline() == f"https://registry.example.com: {headline}"
    assert told.exhaustive is exhaustive


@pytest.mark.parametrize(
    ("outcomes", "headline"),
    [
        ([Pass()], "nothing found wrong, as lab (config.json)"),
        ([Pass(), Unknown("")], "nothing found wrong, as lab (config.json), but not everything could be told"),
        ([fail()], "1 cause found"),
        ([Skip("")], "nothing could be examined"),
    ],
)
def test_the_headline_of_what_is_well_says_whose_login_was_used(outcomes: list[Outcome], headline: str) -> None:
    examination = Examination(Target(), (), tuple(judged("a", one) for one in outcomes), 0.0, 0.0)
    target = {"registry": "https://registry.example.com", "login": "as lab (config.json)"}

    assert build(examination, target, Dialect.PLAIN).headline() == f"https://registry.example.com: {headline}"


def test_what_a_cause_explains_is_found_by_its_name() -> None:
    told = report(*ALL)

    assert [row.check for row in told.explained("cause")] == ["symptom"]
    assert told.explained("healthy") == ()
    assert [row.check for row in told.causes] == ["cause", "accepted"]
