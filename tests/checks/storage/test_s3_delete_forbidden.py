"""A missing s3:DeleteObject, which says so in an answer of status 200."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_delete_forbidden import s3_delete_forbidden
from regdoctor.distribution.s3_operations import Operation
from regdoctor.evidence.product import Generation
from tests.checks.storage.s3_trials import DENIED, GATEWAY, Answer, trial

if TYPE_CHECKING:
    from tests.checks.conftest import Given


BY_KEY: Answer = (200, "AccessDenied", "Access Denied")


@pytest.mark.parametrize("generation", [None, *Generation])
def test_a_refusal_of_the_whole_request_breaks_pushes(given: Given, generation: Generation | None) -> None:
    writes = trial({Operation.DELETE: DENIED}, leftover="objects below x/")
    fail = given.fail(s3_delete_forbidden, writes=writes, product=given.product(generation))
    assert "every push fails" in fail.message
    assert "objects below x/" in fail.message
    assert fail.severity is Severity.CRITICAL
    assert '"s3:DeleteObject"' in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    ("generation", "severity", "words"),
    [
        (Generation.DISTRIBUTION_2, Severity.ERROR, "a second time below _uploads"),
        (Generation.DISTRIBUTION_3, Severity.CRITICAL, "every push fails"),
        (Generation.GITLAB, Severity.ERROR, "pushes fail, or each layer"),
    ],
)
def test_a_refusal_of_each_key_does_what_the_product_makes_of_it(
    given: Given, generation: Generation, severity: Severity, words: str
) -> None:
    writes = trial({Operation.DELETE: BY_KEY})
    fail = given.fail(s3_delete_forbidden, writes=writes, product=given.product(generation))
    assert words in fail.message
    assert fail.severity is severity


@pytest.mark.parametrize("answer", [GATEWAY, (501, "NotImplemented", ""), (400, "MissingContentMD5", "")])
def test_other_refusals_are_unknown(given: Given, answer: Answer) -> None:
    given.unknown(s3_delete_forbidden, writes=trial({Operation.DELETE: answer}), product=given.product())


def test_what_was_not_tried_is_unknown(given: Given) -> None:
    given.unknown(s3_delete_forbidden, writes=trial(without=(Operation.DELETE,)), product=given.product())
    given.unknown(s3_delete_forbidden, writes=trial({Operation.PUT: (0, "", "")}), product=given.product())


def test_what_is_granted_passes(given: Given) -> None:
    assert given.passes(s3_delete_forbidden, writes=trial({Operation.PUT: DENIED}), product=given.product())
