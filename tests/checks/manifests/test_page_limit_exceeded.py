"""Page limit exceeded: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.page_limit_exceeded import page_limit_exceeded
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import errors, exchanged

TOO_MANY = exchanged("GET /v2/_catalog?n=100000", 400, body=errors("PAGINATION_NUMBER_INVALID", "invalid number"))


def test_a_page_that_is_too_large_is_told_with_what_was_asked_for() -> None:
    [fail] = seen(page_limit_exceeded, TOO_MANY)
    assert "(n=100000)" in fail.message
    assert fail.resource == "https://registry.example.com"


def test_a_page_that_is_given_is_not_told() -> None:
    assert not seen(page_limit_exceeded, exchanged("GET /v2/_catalog?n=100", 200, body={"repositories": []}))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(page_limit_exceeded, Absent("no recording"))] == [Skip]
    found = seen(page_limit_exceeded, TOO_MANY)
    assert told(page_limit_exceeded, Traffic({"page_limit_exceeded": tuple(found)})) == tuple(found)
