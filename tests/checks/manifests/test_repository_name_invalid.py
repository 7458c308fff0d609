"""Repository name invalid: told from recorded traffic, and not from healthy traffic."""

from __future__ import annotations

from regdoctor.check import Skip
from regdoctor.checks.manifests.repository_name_invalid import repository_name_invalid
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent
from tests.checks.seen_in_traffic import seen, told
from tests.traffic.seen_exchanges import errors, exchanged

INVALID = exchanged("POST /v2/group/App/blobs/uploads/", 400, body=errors("NAME_INVALID", "invalid repository name"))


def test_the_registrys_code_and_the_fields_of_its_error_are_told() -> None:
    fields = {"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": {"Name": "a", "Reason": {}}}]}
    assert "'group/App'" in seen(repository_name_invalid, INVALID)[0].message
    assert len(seen(repository_name_invalid, exchanged("POST /v2/a/blobs/uploads/", 500, body=fields))) == 1


def test_a_name_that_is_unknown_is_not_told() -> None:
    unknown = exchanged("GET /v2/a/tags/list", 404, body=errors("NAME_UNKNOWN", "repository name not known"))
    assert not seen(repository_name_invalid, unknown, exchanged("POST /v2/a/blobs/uploads/", 202))


def test_without_a_recording_it_is_skipped_and_with_one_its_findings_are_told() -> None:
    assert [type(one) for one in told(repository_name_invalid, Absent("no recording"))] == [Skip]
    found = seen(repository_name_invalid, INVALID)
    assert told(repository_name_invalid, Traffic({"repository_name_invalid": tuple(found)})) == tuple(found)
