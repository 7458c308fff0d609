"""Uploads in parts that may be started, and not gone on with or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_multipart_forbidden import s3_multipart_forbidden
from regdoctor.distribution.s3_operations import Operation
from tests.checks.storage.s3_trials import DENIED, GATEWAY, trial

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def test_a_listing_of_parts_that_is_refused_breaks_pushes(given: Given) -> None:
    fail = given.fail(s3_multipart_forbidden, writes=trial({Operation.LIST_PARTS: DENIED, Operation.ABORT: DENIED}))
    assert "ListParts, AbortMultipartUpload" in fail.message
    assert "pushes fail" in fail.message
    assert fail.severity is Severity.ERROR
    (statement,) = fail.remedy[Dialect.PLAIN].commands
    assert "s3:ListMultipartUploadParts" in statement
    assert '"arn:aws:s3:::bucket/docker/registry/*"' in statement


def test_a_refused_abort_is_a_warning(given: Given) -> None:
    fail = given.fail(s3_multipart_forbidden, writes=trial({Operation.ABORT: DENIED}))
    assert fail.severity is Severity.WARNING
    assert "paid for" in fail.message


def test_what_is_not_about_permission_is_unknown(given: Given) -> None:
    given.unknown(s3_multipart_forbidden, writes=trial({Operation.LIST_PARTS: GATEWAY}))
    given.unknown(s3_multipart_forbidden, writes=trial({Operation.PUT: (0, "", "")}))
    given.unknown(s3_multipart_forbidden, writes=trial(without=(Operation.LIST_PARTS,)))


def test_what_is_granted_passes(given: Given) -> None:
    assert given.passes(s3_multipart_forbidden, writes=trial())
    assert given.passes(s3_multipart_forbidden, writes=trial({Operation.LIST_UPLOADS: DENIED}))
