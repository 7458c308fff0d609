"""Manifest limit exceeded: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.manifest_limit_exceeded import manifest_limit_exceeded
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import errors, exchanged

TOO_MANY = exchanged("PUT /v2/a/manifests/b", 400, body=errors("MANIFEST_REFERENCE_LIMIT", "too many references"))


def test_the_limits_of_gitlabs_registry_and_of_distribution_are_told() -> None:
    large = {"errors": [{"code": "MANIFEST_INVALID", "message": "no", "detail": "http: request body too large"}]}
    for one in (TOO_MANY, exchanged("PUT /v2/a/manifests/b", 400, body=large)):
        assert [fail.resource for fail in seen(manifest_limit_exceeded, one)] == ["a"]


def test_what_is_taken_or_refused_for_another_reason_is_not_told() -> None:
    other = exchanged("PUT /v2/a/manifests/b", 400, body=errors("MANIFEST_INVALID", "manifest invalid"))
    assert not seen(manifest_limit_exceeded, other, exchanged("PUT /v2/a/manifests/b", 201))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(manifest_limit_exceeded, Absent("no recording"))] == [Skip]
    found = seen(manifest_limit_exceeded, TOO_MANY)
    assert told(manifest_limit_exceeded, Traffic({"manifest_limit_exceeded": tuple(found)})) == tuple(found)
