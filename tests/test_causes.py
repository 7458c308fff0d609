"""Symptoms are folded under what brings them about, and nothing is lost in a circle."""

from __future__ import annotations

import itertools

import pytest

from regdoctor import catalogue
from regdoctor.causes import Finding, explanations, ordered
from regdoctor.check import Check, Dialect, Fail, Pass, Remedy, Severity


def finding(
    name: str, *explains: str, severity: Severity = Severity.ERROR, case: Severity | None = None, family: str = "auth"
) -> Finding:
    item = Check(
        name=name,
        family=family,
        title=name,
        severity=severity,
        failure_modes=(),
        symptoms=(),
        explains=explains,
        reference="",
        page="",
        judge=Pass,
        inputs={},
    )
    return Finding(item, Fail(name, remedy={Dialect.PLAIN: Remedy("")}, severity=case))


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [item.check.name for item in findings]


def test_a_symptom_is_folded_under_its_cause() -> None:
    assert explanations([finding("symptom"), finding("cause", "symptom")]) == {"symptom": "cause"}


def test_what_would_explain_but_did_not_fail_explains_nothing() -> None:
    assert explanations([finding("symptom"), finding("cause", "elsewhere")]) == {}


def test_a_certificate_of_the_registry_does_not_hide_a_token_service_that_is_down() -> None:
    explained = {name for item in catalogue.checks() if item.family == "tls" for name in item.explains}
    assert "realm_unreachable" not in explained


def test_a_chain_leads_to_its_end() -> None:
    chain = [finding("symptom"), finding("middle", "symptom"), finding("cause", "middle")]

    assert explanations(chain) == {"symptom": "cause", "middle": "cause"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_of_several_causes_the_one_that_explains_most_has_the_symptom(order: tuple[int, ...]) -> None:
    findings = [finding("symptom"), finding("small", "symptom"), finding("big", "symptom", "small")]

    assert explanations([findings[index] for index in order]) == {"symptom": "big", "small": "big"}


def test_of_causes_that_explain_as_much_the_most_severe_has_the_symptom() -> None:
    mild = finding("z", "symptom", severity=Severity.WARNING)
    grave = finding("a", "symptom", severity=Severity.WARNING, case=Severity.CRITICAL)

    assert explanations([finding("symptom"), grave, mild]) == {"symptom": "a"}


def test_checks_that_explain_each_other_all_stand_for_themselves() -> None:
    assert explanations([finding("a", "b"), finding("b", "a")]) == {}
    assert explanations([finding("a", "b"), finding("b", "c"), finding("c", "a")]) == {}


def test_what_leads_into_a_circle_is_folded_where_it_enters() -> None:
    circle = [finding("a", "b", "symptom"), finding("b", "a"), finding("symptom")]

    assert explanations(circle) == {"symptom": "a"}


def test_a_check_does_not_explain_itself() -> None:
    assert explanations([finding("a", "a")]) == {}


def test_every_symptom_names_a_cause_that_is_itself_not_explained() -> None:
    kinds = ("a", "b", "c", "d")
    arrows = list(itertools.product(kinds, repeat=2))
    for number in range(1 << len(arrows)):
        if number % 7:  # every seventh of the 65,536 graphs of four
            continue
        explains: dict[str, list[str]] = {kind: [] for kind in kinds}
        for index, (source, symptom) in enumerate(arrows):
            if number >> index & 1:
                explains[source].append(symptom)
        folded = explanations([finding(kind, *explains[kind]) for kind in kinds])
        assert len(folded) < len(kinds)
        assert not set(folded.values()) & set(folded)


def test_causes_come_first_by_severity_then_what_they_explain() -> None:
    findings = [
        finding("symptom", severity=Severity.INFO),
        finding("mild", severity=Severity.WARNING),
        finding("grave", severity=Severity.CRITICAL),
        finding("cause", "symptom"),
        finding("alone"),
    ]

    assert names(ordered(findings)) == ["grave", "cause", "alone", "mild", "symptom"]


def test_a_cause_is_as_severe_as_the_worst_that_it_explains() -> None:
    findings = [
        finding("alone", severity=Severity.ERROR),
        finding("cause", "symptom", severity=Severity.WARNING),
        finding("symptom", severity=Severity.CRITICAL),
    ]

    assert names(ordered(findings)) == ["cause", "alone", "symptom"]


def test_among_equals_the_order_is_by_family_and_name() -> None:
    findings = [finding("b", family="tls"), finding("c", family="auth"), finding("a", family="tls")]

    assert names(ordered(findings)) == ["c", "a", "b"]


@pytest.mark.parametrize("first", [Severity.CRITICAL, Severity.INFO])
def test_a_check_with_several_findings_counts_by_its_worst(first: Severity) -> None:
    second = Severity.INFO if first is Severity.CRITICAL else Severity.CRITICAL
    findings = [
        finding("symptom", case=first),
        finding("symptom", case=second),
        finding("cause", "symptom", severity=Severity.INFO),
        finding("alone", severity=Severity.ERROR),
    ]

    assert names(ordered(findings))[:2] == ["cause", "alone"]
    assert len(ordered(findings)) == 4


def test_nothing_found_is_nothing_to_order() -> None:
    assert ordered([]) == ()
    assert explanations([]) == {}
