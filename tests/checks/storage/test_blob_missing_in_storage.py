"""Blob missing in storage: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

import json

import pytest

from regdoctor.check import Severity, Skip
from regdoctor.checks.storage.blob_missing_in_storage import blob_missing_in_storage
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import AZURE_LINK, BLOB, DIGEST, GCS_LINK, S3_LINK, refusal, seen, sent_on, told
from tests.traffic.conversation import REGISTRY, Conversation, digest
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


@pytest.mark.parametrize(
    "gone", [f"blobs/{digest('one')}", "manifests/1", f"manifests/{digest('1')}", "tags/reference/1"]
)
def test_what_was_deleted_itself_or_with_its_manifest_or_tag_is_rightly_not_there(gone: str) -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one")
    talk.ask("DELETE", f"/v2/group/app/{gone}", 202)
    talk.ask("HEAD", f"/v2/group/app/blobs/{digest('one')}", 404)
    talk.ask("GET", f"/v2/group/app/blobs/{digest('one')}", 404, body=json.dumps(UNKNOWN).encode())
    assert not seen(blob_missing_in_storage, *talk.said)
    talk.push_blob("group/app", "one")
    talk.ask("HEAD", f"/v2/group/app/blobs/{digest('one')}", 404)
    assert "took" in seen(blob_missing_in_storage, *talk.said)[0].message


def test_the_deletion_of_another_blob_or_of_another_repositorys_manifest_explains_nothing() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one", "two")
    talk.ask("DELETE", f"/v2/group/app/blobs/{digest('two')}", 202)
    talk.ask("DELETE", "/v2/group/other/manifests/1", 202)
    talk.ask("HEAD", f"/v2/group/app/blobs/{digest('one')}", 404)
    [fail] = seen(blob_missing_in_storage, *talk.said)
    assert fail.resource == digest("one")


def test_an_upload_that_begins_anew_under_its_old_name_tells_that_the_recording_is_not_one_story() -> None:
    talk = Conversation()
    talk.push_blob("group/app", "one")
    upload = ("Docker-Upload-UUID", "00000000-one")
    where = ("Location", f"{REGISTRY}/v2/group/app/blobs/uploads/00000000-one?_state=x")
    talk.ask("POST", "/v2/group/app/blobs/uploads/", 202, where, upload)
    talk.ask("HEAD", f"/v2/group/app/blobs/{digest('one')}", 404)
    assert not seen(blob_missing_in_storage, *talk.said)


def test_a_bucket_of_which_nothing_was_seen_may_be_gone_itself() -> None:
    [alone] = seen(blob_missing_in_storage, *sent_on(S3_LINK, 404))
    assert "or the bucket images is not" in alone.message
    other = sent_on(S3_LINK.replace("ab", "cd"), 200)
    [beside] = seen(blob_missing_in_storage, *other, *sent_on(S3_LINK, 404))
    assert "the bucket images" not in beside.message
    [named] = seen(blob_missing_in_storage, *sent_on(S3_LINK, 404, body=refusal("NoSuchKey"), method="GET"))
    assert "the bucket images" not in named.message


def test_a_blob_that_a_client_gets_is_told_but_for_windows_which_has_layers_elsewhere() -> None:
    [fail] = seen(blob_missing_in_storage, exchanged(f"GET {BLOB}", 404, body=UNKNOWN))
    assert fail.severity is Severity.WARNING
    windows = exchanged(f"GET {BLOB}", 404, body=UNKNOWN, agent="docker/29.0.0 os/windows arch/amd64")
    assert not seen(blob_missing_in_storage, windows)


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(blob_missing_in_storage, Absent("no recording"))] == [Skip]
    found = seen(blob_missing_in_storage, *sent_on(S3_LINK, 404))
    assert told(blob_missing_in_storage, Traffic({"blob_missing_in_storage": tuple(found)})) == tuple(found)
