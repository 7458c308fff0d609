"""GitLab's clock against the registry's: certain findings only, however the readings blur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Severity, Unknown
from regdoctor.checks.clock.token_clock_skew import token_clock_skew
from regdoctor.evidence.clocks import Clocks, Reading
from tests.evidence.token_traffic import REALM, REGISTRY, Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given


HARBOR = "https://harbor.example.com/service/token"


def _clocks(given: Given, gitlab: float, registry: float = 0.0, seconds: float = 0.0, *, direct: bool = True) -> Clocks:
    return Clocks(
        Reading.of("registry", given.date(f"{given.inner_url}/v2/", registry, seconds=seconds), direct=direct),
        Reading.of("GitLab", given.date("https://gitlab.example.com/jwt/auth", gitlab, seconds=seconds)),
        None,
    )


def _harbor(given: Given, ahead: float, *, direct: bool = True) -> Clocks:
    return Clocks(
        Reading.of("registry", given.date(f"{given.inner_url}/v2/", 0), direct=direct),
        Reading.of("token service", given.date(HARBOR, ahead)),
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


@pytest.mark.parametrize(
    ("ahead", "kind"),
    [(0, Pass), (59, Pass), (61, Unknown), (62, Fail), (-61, Unknown), (-62, Fail)],
)
def test_another_token_service_is_judged_by_the_leeway_alone(given: Given, ahead: float, kind: type) -> None:
    assert isinstance(given.outcome(token_clock_skew, clocks=_harbor(given, ahead)), kind)


@pytest.mark.parametrize(
    ("ahead", "effect"),
    [
        (600, "600 s ± 1 s ahead of the registry's: tokens may be not yet valid"),
        (-200, "200 s ± 1 s behind the registry's: tokens may be expired"),
        (-3600, "3600 s ± 1 s behind the registry's: tokens may be expired"),
    ],
)
def test_nothing_of_gitlab_is_said_of_another_token_service(given: Given, ahead: float, effect: str) -> None:
    fail = given.fail(token_clock_skew, clocks=_harbor(given, ahead))
    assert fail.message.startswith(f"The token service's clock is {effect}")
    assert fail.severity is Severity.WARNING
    told = [fail.message, *(quote.quote for quote in fail.evidence), *(remedy.text for remedy in fail.remedy.values())]
    assert not [text for text in told if "GitLab" in text or "minutes" in text]


@pytest.mark.parametrize("ahead", [600, -600])
def test_through_a_proxy_the_difference_is_a_warning_that_names_it(given: Given, ahead: float) -> None:
    for clocks in (_clocks(given, ahead, direct=False), _harbor(given, ahead, direct=False)):
        fail = given.fail(token_clock_skew, clocks=clocks)
        assert "the registry's, or the proxy's in front of it: if it is the registry's, tokens" in fail.message
        assert fail.severity is Severity.WARNING


@pytest.mark.parametrize("direct", [True, False])
def test_agreement_says_where_only_the_public_address_showed_it(given: Given, direct: bool) -> None:
    message = given.passes(token_clock_skew, clocks=_clocks(given, 0, direct=direct))
    assert ("as far as it shows through the public address" in message) is not direct


def test_no_token_service_is_no_concern(given: Given) -> None:
    registry = Reading.of("registry", given.date(given.inner_url, 0))
    given.skips(token_clock_skew, clocks=Clocks(registry, None, None))


def test_an_unread_clock_is_unknown_with_its_reason_alone(given: Given) -> None:
    reading = Reading.of("GitLab", given.date(given.inner_url, 0))
    unread: tuple[str, ...] = ("object store (s3): refused", "registry (r): no Date header that can be trusted")
    assert given.unknown(token_clock_skew, clocks=Clocks(None, reading, None, unread)) == unread[1]
    unread = ("GitLab (g): connection refused",)
    assert given.unknown(token_clock_skew, clocks=Clocks(reading, None, None, unread)) == unread[0]
    unread = ("token service (t): connection refused",)
    assert given.unknown(token_clock_skew, clocks=Clocks(reading, None, None, unread)) == unread[0]
    assert "not known" in given.unknown(token_clock_skew, clocks=Clocks(None, reading, None))


def test_traffic_shows_clocks_that_lie_apart() -> None:
    seen = Traffic(ahead={"https://gitlab": 600.0})
    seen.sent_away()
    seen.ask(f"GET {REALM}?service=container_registry", 403)

    fail = seen.only("token_clock_skew").fail
    assert fail.resource == REALM
    assert "600 s" in fail.message


@pytest.mark.parametrize("ahead", [{REGISTRY: 5000.0, "https://gitlab": 5000.0}, {"https://gitlab": 58.0}])
def test_in_traffic_a_recorder_whose_clock_is_wrong_and_the_leeway_are_no_skew(ahead: dict[str, float]) -> None:
    seen = Traffic(ahead=ahead)
    seen.sent_away()
    seen.ask(f"GET {REALM}?service=container_registry", 403)

    assert seen.findings() == []
