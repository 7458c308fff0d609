"""A database is wanted where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.gitlab.metadata_database_not_managed import metadata_database_not_managed as check
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb

if TYPE_CHECKING:
    from tests.checks.conftest import Given

OFF = "postgresql['enable'] = false\n"


def _rb(code: str) -> GitLabRb:
    return parse_gitlab_rb(code.encode(), "g.rb")


@pytest.mark.parametrize(
    ("value", "severity"), [("'prefer'", None), ("true", Severity.ERROR), ("'true'", Severity.ERROR)]
)
def test_a_database_without_postgresql_is_a_finding(given: Given, value: str, severity: Severity | None) -> None:
    fail = given.fail(check, rb=_rb(f"{OFF}registry['database']['enabled'] = {value}\n"))
    assert fail.severity is severity
    assert [quote.line for quote in fail.evidence] == [2, 1]


@pytest.mark.parametrize(
    "code",
    [
        "registry['database']['enabled'] = true",
        "registry['database'] = {'enabled' => true}\npostgresql['enable'] = true",
        f"{OFF}registry['database'] = {{'enabled' => true, 'host' => 'db.example.com'}}",
    ],
)
def test_a_database_that_there_is_passes(given: Given, code: str) -> None:
    assert given.passes(check, rb=_rb(code))


@pytest.mark.parametrize("code", ["", OFF, f"{OFF}registry['database']['enabled'] = false"])
def test_without_the_database_there_is_nothing_to_judge(given: Given, code: str) -> None:
    assert given.skips(check, rb=_rb(code))
