"""Oci not accepted: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.oci_not_accepted import oci_not_accepted
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import errors, exchanged

NOT_ACCEPTED = exchanged(
    "GET /v2/a/manifests/b",
    404,
    body=errors("MANIFEST_UNKNOWN", "OCI index found, but Accept header does not support OCI indexes"),
)


def test_the_registry_says_that_the_image_is_there_and_not_accepted() -> None:
    [fail] = seen(oci_not_accepted, NOT_ACCEPTED)
    assert fail.resource == "a"
    assert "none by name" in fail.message


def test_an_image_that_is_not_there_is_not_told() -> None:
    absent = exchanged("GET /v2/a/manifests/b", 404, body=errors("MANIFEST_UNKNOWN", "manifest unknown"))
    assert not seen(oci_not_accepted, absent, exchanged("HEAD /v2/a/manifests/b", 404))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(oci_not_accepted, Absent("no recording"))] == [Skip]
    found = seen(oci_not_accepted, NOT_ACCEPTED)
    assert told(oci_not_accepted, Traffic({"oci_not_accepted": tuple(found)})) == tuple(found)
