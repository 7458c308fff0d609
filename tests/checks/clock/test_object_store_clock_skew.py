"""The object store's clock against the registry's, by the 15 minutes that S3 allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Pass, Severity, Unknown
from regdoctor.checks.clock.object_store_clock_skew import object_store_clock_skew
from regdoctor.evidence.clocks import Clocks, Reading
from tests.checks.storage.told_buckets import bucket, error, refusing
from tests.evidence.token_traffic import Traffic

if TYPE_CHECKING:
    from tests.checks.conftest import Given

STORE = "https://s3.example.com"


def _clocks(given: Given, store: float, registry: float = 0.0, *, direct: bool = True) -> Clocks:
    return Clocks(
        Reading.of("registry", given.date(given.inner_url, registry), direct=direct),
        None,
        Reading.of("object store", given.date(STORE, store)),
    )


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("apart", "kind"), [(0, Pass), (899, Pass), (900, Unknown), (901, Unknown), (902, Fail), (86_400, Fail)]
)
def test_the_limits_hold_with_the_uncertainty_in_both_directions(
    given: Given, sign: int, apart: float, kind: type
) -> None:
    assert isinstance(given.outcome(object_store_clock_skew, clocks=_clocks(given, sign * apart)), kind)


def test_the_finding_says_how_far_and_which_way(given: Given) -> None:
    fail = given.fail(object_store_clock_skew, clocks=_clocks(given, 1200))
    assert "20 min ahead of the registry's; S3 refuses" in fail.message
    assert fail.resource == STORE
    assert fail.severity is Severity.ERROR
    assert "behind" in given.fail(object_store_clock_skew, clocks=_clocks(given, 0, 1200)).message


def test_through_a_proxy_the_difference_is_a_warning_that_names_it(given: Given) -> None:
    fail = given.fail(object_store_clock_skew, clocks=_clocks(given, 1200, direct=False))
    assert "ahead of the registry's, or the proxy's in front of it; S3" in fail.message
    assert fail.severity is Severity.WARNING


@pytest.mark.parametrize("direct", [True, False])
def test_agreement_says_where_only_the_public_address_showed_it(given: Given, direct: bool) -> None:
    message = given.passes(object_store_clock_skew, clocks=_clocks(given, 0, direct=direct))
    assert ("as far as it shows through the public address" in message) is not direct


def test_no_store_is_no_concern(given: Given) -> None:
    registry = Reading.of("registry", given.date(given.inner_url, 0))
    given.skips(object_store_clock_skew, clocks=Clocks(registry, None, None))


def test_an_unread_clock_is_unknown_with_its_reason(given: Given) -> None:
    reading = Reading.of("registry", given.date(given.inner_url, 0))
    unread = ("GitLab (g): refused", "object store (s): refused")
    assert given.unknown(object_store_clock_skew, clocks=Clocks(reading, None, None, unread)) == unread[1]
    assert "not known" in given.unknown(object_store_clock_skew, clocks=Clocks(None, None, reading))


def test_the_stores_own_word_counts_without_any_clock(given: Given) -> None:
    told = refusing(403, error("RequestTimeTooSkewed", "<ServerTime>2026-11-24T00:00:00Z</ServerTime>"))
    fail = given.fail(object_store_clock_skew, bucket=told)
    assert "2026-11-24T00:00:00Z" in fail.message
    assert given.fail(object_store_clock_skew, bucket=told, clocks=_clocks(given, 0)) == fail
    assert given.passes(object_store_clock_skew, bucket=bucket(), clocks=_clocks(given, 0))


_LINK = (
    f"https://b.s3.amazonaws.com/docker/registry/v2/blobs/sha256/aa/{'a' * 64}/data"
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=[redacted]"
)


def _pulled(ahead: float) -> Traffic:
    seen = Traffic(ahead={"https://b.s3": ahead})
    seen.ask(f"GET /v2/a/blobs/sha256:{'a' * 64}", 307, ("Location", _LINK))
    seen.ask(f"GET {_LINK}", 200)
    return seen


def test_traffic_shows_a_bucket_whose_clock_is_far_away() -> None:
    assert _pulled(1200.0).only("object_store_clock_skew").fail.resource == "https://b.s3.amazonaws.com"


def test_in_traffic_what_s3_allows_is_healthy() -> None:
    assert _pulled(800.0).findings() == []
