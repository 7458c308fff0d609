"""Blob missing in storage: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

import pytest

from regdoctor.check import Severity, Skip
from regdoctor.checks.storage.blob_missing_in_storage import blob_missing_in_storage
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import AZURE_LINK, BLOB, DIGEST, GCS_LINK, S3_LINK, refusal, seen, sent_on, told
from tests.traffic.conversation import Conversation, digest
from tests.traffic.seen_exchanges import errors, exchanged

UNKNOWN = errors("BLOB_UNKNOWN", "blob unknown to registry")


@pytest.mark.parametrize(
    ("link", "code"), [(S3_LINK, "NoSuchKey"), (GCS_LINK, "NoSuchKey"), (AZURE_LINK, "BlobNotFound")]
)
def test_a_bucket_without_the_blob_that_the_registry_sends_clients_for_is_told(link: str, code: str) -> None:
    for body, method in ((refusal(code), "GET"), (b"", "HEAD")):
        [fail] = seen(blob_missing_in_storage, *sent_on(link, 404, body=body, method=method))
        assert fail.resource == DIGEST
    assert not seen(blob_missing_in_storage, *sent_on(link, 404, body=refusal("NoSuchBucket"), method="GET"))
    assert not seen(blob_missing_in_storage, *sent_on(link, 200))


def test_a_blob_that_was_taken_a_moment_ago_is_told_and_one_before_its_push_is_not() -> None:
    talk = Conversation()
    talk.push_blob("group/app", "one")
    assert not seen(blob_missing_in_storage, *talk.said)
    talk.ask("HEAD", f"/v2/group/app/blobs/{digest('one')}", 404)
    assert "took" in seen(blob_missing_in_storage, *talk.said)[0].message


def test_a_blob_that_a_client_gets_is_told_but_for_windows_which_has_layers_elsewhere() -> None:
    [fail] = seen(blob_missing_in_storage, exchanged(f"GET {BLOB}", 404, body=UNKNOWN))
    assert fail.severity is Severity.WARNING
    windows = exchanged(f"GET {BLOB}", 404, body=UNKNOWN, agent="docker/29.0.0 os/windows arch/amd64")
    assert not seen(blob_missing_in_storage, windows)


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(blob_missing_in_storage, Absent("no recording"))] == [Skip]
    found = seen(blob_missing_in_storage, *sent_on(S3_LINK, 404))
    assert told(blob_missing_in_storage, Traffic({"blob_missing_in_storage": tuple(found)})) == tuple(found)
