"""What a declaration of a check becomes, and what outcomes hold."""

from __future__ import annotations

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.injection import Input


class Evidence:
    """Evidence."""


@check(
    title="All is well",
    severity=Severity.WARNING,
    failure_modes=("AUTH-01",),
    symptoms=("oh no",),
    explains=("other",),
    reference="https://example.com/",
)
def it_is_broken(evidence: Evidence) -> Outcome:
    """Why it matters.

    How to mend it.
    """
    return Pass()


def test_a_check_takes_name_page_and_inputs_from_its_function() -> None:
    assert it_is_broken.name == "it_is_broken"
    assert it_is_broken.page == "Why it matters.\n\nHow to mend it."
    assert it_is_broken.inputs == {"evidence": Input(Evidence, optional=False)}
    assert it_is_broken.judge(evidence=Evidence()) == Pass()


def test_a_check_keeps_what_was_declared() -> None:
    assert it_is_broken.title == "All is well"
    assert it_is_broken.severity is Severity.WARNING
    assert it_is_broken.failure_modes == ("AUTH-01",)
    assert it_is_broken.symptoms == ("oh no",)
    assert it_is_broken.explains == ("other",)
    assert it_is_broken.reference == "https://example.com/"


def test_the_family_is_the_folder_that_holds_the_file() -> None:
    from regdoctor.checks.auth.token_key_mismatch import token_key_mismatch

    assert token_key_mismatch.family == "auth"


def test_severities_compare_and_have_a_word() -> None:
    assert sorted(Severity) == [Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.CRITICAL]
    assert [severity.word for severity in Severity] == ["info", "warning", "error", "critical"]


def test_a_finding_without_a_remedy_for_any_installation_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Dialect\.PLAIN"):
        Fail("broken", remedy={Dialect.OMNIBUS: Remedy("mend it")})

    assert Fail("broken", remedy={Dialect.PLAIN: Remedy("mend it")}).severity is None
