"""Delete by tag: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.delete_by_tag import delete_by_tag
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import DIGEST, seen, told
from tests.traffic.seen_exchanges import errors, exchanged

REFUSED = errors("DIGEST_INVALID", "provided digest did not match uploaded content")
BY_TAG = exchanged("DELETE /v2/a/manifests/latest", 400, body=REFUSED)


def test_a_tag_where_a_digest_is_wanted_is_told() -> None:
    [fail] = seen(delete_by_tag, BY_TAG)
    assert fail.message.startswith("a:latest was to be deleted by its tag, and the registry takes digests alone:")


def test_a_digest_a_tag_that_is_taken_away_and_a_client_that_only_tries_are_not_told() -> None:
    digest = exchanged(f"DELETE /v2/a/manifests/{DIGEST}", 400, body=REFUSED)
    tries = exchanged("DELETE /v2/a/manifests/latest", 400, body=REFUSED, agent="regclient/regctl (v0.5)")
    assert not seen(delete_by_tag, digest, tries, exchanged("DELETE /v2/a/manifests/latest", 202))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(delete_by_tag, Absent("no recording"))] == [Skip]
    found = seen(delete_by_tag, BY_TAG)
    assert told(delete_by_tag, Traffic({"delete_by_tag": tuple(found)})) == tuple(found)
