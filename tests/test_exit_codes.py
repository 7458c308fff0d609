"""The numbers are a contract with scripts."""

from __future__ import annotations

from regdoctor.exit_codes import ExitCode, UsageError


def test_each_code_has_its_published_number() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "HEALTHY": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "NOT_EXAMINED": 3,
        "BUG": 70,
        "INTERRUPTED": 130,
    }


def test_a_usage_error_is_its_message() -> None:
    assert str(UsageError("one line")) == "one line"
