"""Media type unknown: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from regdoctor.check import Skip
from regdoctor.checks.manifests.media_type_unknown import media_type_unknown
from regdoctor.distribution.media_types import OCI_MANIFEST
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import errors, exchanged

INVALID = {"errors": [{"code": "MANIFEST_INVALID", "message": "manifest invalid", "detail": {}}]}


def put(kind: str, body: dict[str, Any], status: int = 400) -> Recorded:
    recorded = exchanged("PUT /v2/a/manifests/b", status, body=body)
    return replace(recorded, exchange=replace(recorded.exchange, request_headers=(("Content-Type", kind),)))


UNKNOWN = put("application/vnd.example.thing+json", INVALID)


def test_it_is_told_by_the_registrys_words_or_by_the_type_that_it_refuses_without_any() -> None:
    [fail] = seen(media_type_unknown, UNKNOWN)
    assert "application/vnd.example.thing+json" in fail.message
    words = errors("MANIFEST_INVALID", "manifest invalid: unknown media type: application/vnd.x")
    assert len(seen(media_type_unknown, put(OCI_MANIFEST, words))) == 1


def test_known_types_and_what_tools_try_first_are_not_told() -> None:
    tried = put("application/vnd.oci.artifact.manifest.v1+json", INVALID)
    assert not seen(media_type_unknown, put(OCI_MANIFEST, INVALID), tried, put("application/vnd.example.x", {}, 201))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(media_type_unknown, Absent("no recording"))] == [Skip]
    found = seen(media_type_unknown, UNKNOWN)
    assert told(media_type_unknown, Traffic({"media_type_unknown": tuple(found)})) == tuple(found)
