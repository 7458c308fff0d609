"""GitLab's clock against the registry's: certain findings only, however the readings blur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Severity, Unknown
from regdoctor.checks.clock.token_clock_skew import token_clock_skew
from regdoctor.evidence.clocks import Clocks, Reading

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _clocks(given: Given, gitlab: float, registry: float = 0.0, seconds: float = 0.0) -> Clocks:
    return Clocks(
        Reading.of("registry", given.date(f"{given.inner_url}/v2/", registry, seconds=seconds)),
        Reading.of("GitLab", given.date("https://gitlab.example.com/jwt/auth", gitlab, seconds=seconds)),
        None,
    )


@pytest.mark.parametrize(
    ("ahead", "kind"),
    # Each Date is known to half a second. The leeway is 60 s, and GitLab dates its tokens back by 5.
    [
        *((0, Pass), (59, Pass), (60, Unknown), (65, Unknown), (66, Unknown), (67, Fail), (3600, Fail)),
        *((-59, Pass), (-60, Unknown), (-61, Unknown), (-62, Fail), (-3600, Fail)),
    ],
)
def test_the_limits_hold_with_the_uncertainty(given: Given, ahead: float, kind: type) -> None:
    assert isinstance(given.outcome(token_clock_skew, clocks=_clocks(given, ahead)), kind)


@pytest.mark.parametrize("both", [-86_400.0, 86_400.0])
def test_a_wrong_clock_of_our_own_does_not_matter(given: Given, both: float) -> None:
    assert given.passes(token_clock_skew, clocks=_clocks(given, both, both))


def test_slow_answers_widen_the_doubt(given: Given) -> None:
    assert given.unknown(token_clock_skew, clocks=_clocks(given, 70, seconds=8.0))


def test_gitlab_ahead_makes_tokens_not_yet_valid(given: Given) -> None:
    fail = given.fail(token_clock_skew, clocks=_clocks(given, 600))
    assert "600 s ± 1 s ahead of the registry's: tokens are not yet valid" in fail.message
    assert fail.severity is Severity.ERROR
    assert [quote.source for quote in fail.evidence] == [
        "https://gitlab.example.com/jwt/auth",
        f"{given.inner_url}/v2/",
    ]


def test_gitlab_a_little_behind_is_a_warning(given: Given) -> None:
    fail = given.fail(token_clock_skew, clocks=_clocks(given, -200))
    assert "tokens of 5 minutes live 200 s less" in fail.message
    assert fail.severity is Severity.WARNING


@pytest.mark.parametrize(("behind", "severity"), [(330, Severity.WARNING), (365, Severity.ERROR)])
def test_tokens_have_expired_at_birth_beyond_their_life_and_the_leeway(
    given: Given, behind: float, severity: Severity
) -> None:
    assert given.fail(token_clock_skew, clocks=_clocks(given, -behind)).severity is severity


def test_no_token_service_is_no_concern(given: Given) -> None:
    registry = Reading.of("registry", given.date(given.inner_url, 0))
    given.skips(token_clock_skew, clocks=Clocks(registry, None, None))


def test_an_unread_clock_is_unknown_with_its_reason_alone(given: Given) -> None:
    reading = Reading.of("GitLab", given.date(given.inner_url, 0))
    unread: tuple[str, ...] = ("object store (s3): refused", "registry (r): no Date header that can be trusted")
    assert given.unknown(token_clock_skew, clocks=Clocks(None, reading, None, unread)) == unread[1]
    unread = ("GitLab (g): connection refused",)
    assert given.unknown(token_clock_skew, clocks=Clocks(reading, None, None, unread)) == unread[0]
    assert "not known" in given.unknown(token_clock_skew, clocks=Clocks(None, reading, None))
