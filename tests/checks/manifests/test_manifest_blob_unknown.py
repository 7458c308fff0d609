"""Manifest blob unknown: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.manifest_blob_unknown import manifest_blob_unknown
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import DIGEST, seen, told
from tests.traffic.seen_exchanges import errors, exchanged

BODY = {"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": DIGEST}]}
LIST = exchanged("PUT /v2/a/manifests/b", 400, body=BODY, request_body=b'{"schemaVersion":2,"manifests":[]}')


def test_a_list_of_images_of_another_repository_is_told_from_a_manifest_without_its_layer() -> None:
    [fail] = seen(manifest_blob_unknown, LIST)
    assert fail.message.startswith(f"a list of images names {DIGEST}, which a does not have")
    [fail] = seen(manifest_blob_unknown, exchanged("PUT /v2/a/manifests/b", 400, body=BODY))
    assert fail.message.startswith("a manifest names")


def test_what_is_taken_or_refused_for_another_reason_is_not_told() -> None:
    other = exchanged("PUT /v2/a/manifests/b", 400, body=errors("MANIFEST_INVALID", "manifest invalid"))
    assert not seen(manifest_blob_unknown, other, exchanged("PUT /v2/a/manifests/b", 201))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(manifest_blob_unknown, Absent("no recording"))] == [Skip]
    found = seen(manifest_blob_unknown, LIST)
    assert told(manifest_blob_unknown, Traffic({"manifest_blob_unknown": tuple(found)})) == tuple(found)
