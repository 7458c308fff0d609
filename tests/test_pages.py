"""The page of a check, made from its declaration alone."""

from __future__ import annotations

from regdoctor.check import Check, Pass, Severity
from regdoctor.injection import Input
from regdoctor.pages import page


class Evidence:
    """Evidence."""


def declared(**changes: object) -> Check:
    fields: dict[str, object] = {
        "name": "it_is_broken",
        "family": "auth",
        "title": "All is well",
        "severity": Severity.WARNING,
        "failure_modes": ("AUTH-01", "AUTH-02"),
        "symptoms": ("first symptom", "second symptom"),
        "explains": ("other",),
        "reference": "https://example.com/",
        "page": "Why it\nmatters.\n\nHow to mend it.",
        "judge": Pass,
        "inputs": {"evidence": Input(Evidence, optional=False)},
    }
    return Check(**(fields | changes))  # type: ignore[arg-type]


def test_a_page_is_the_docstring_between_the_name_and_the_facts() -> None:
    assert page(declared()) == (
        "it_is_broken (auth, warning)\n"
        "============================\n"
        "\n"
        "Why it matters.\n"
        "\n"
        "How to mend it.\n"
        "\n"
        "Healthy:       All is well\n"
        "Failure modes: AUTH-01, AUTH-02\n"
        "Seen as:       first symptom\n"
        "               second symptom\n"
        "Explains:      other\n"
        "Looks at:      Evidence\n"
        "Read on:       https://example.com/\n"
    )


def test_what_was_not_declared_has_no_line() -> None:
    shown = page(declared(symptoms=(), explains=(), reference="", failure_modes=(), inputs={}))

    assert shown.endswith("\nHealthy:       All is well\n")


def test_lines_have_eighty_columns_and_what_is_copied_stays_whole() -> None:
    name = "sudo-docker-registry-garbage-collect-" * 3
    shown = page(declared(page=f"{'word ' * 30}\n\nRun {name} now.", symptoms=("x" * 100,)))

    lines = shown.splitlines()
    assert all(len(line) <= 80 for line in lines if name not in line and "x" * 100 not in line)
    assert any(name in line for line in lines)
    assert any("x" * 100 in line for line in lines)
