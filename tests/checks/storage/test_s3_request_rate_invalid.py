"""The limits of requests of GitLab's registry are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_request_rate_invalid import s3_request_rate_invalid
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


@pytest.mark.parametrize("value", ["fast", "'100/s'", "-1", "350.5", "''", "true", "[1]"])
def test_what_is_no_number_stops_gitlabs_registry(given: Given, value: str) -> None:
    config = given.storage(f"bucket: b, maxrequestspersecond: {value}")
    fail = given.fail(s3_request_rate_invalid, config=config, product=given.product(FORK, 4, 29, 0))

    assert "does not start" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == ("storage:\n  s3:\n    maxrequestspersecond: 350",)
    assert len(fail.evidence) == 2


@pytest.mark.parametrize("value", ["100", "'100'", "0", "350", "'0x10'", "null"])
def test_numbers_are_taken(given: Given, value: str) -> None:
    config = given.storage(f"bucket: b, maxrequestspersecond: {value}, maxretries: {value}")

    given.passes(s3_request_rate_invalid, config=config, product=given.product(FORK, 4, 29, 0))


def test_the_retries_are_judged_likewise(given: Given) -> None:
    config = given.storage("bucket: b, maxretries: many")
    fail = given.fail(s3_request_rate_invalid, config=config, product=given.product(FORK))

    assert fail.resource == "storage.s3.maxretries"


def test_others_do_not_read_it(given: Given) -> None:
    config, check = given.storage("bucket: b, maxrequestspersecond: fast"), s3_request_rate_invalid

    given.skips(check, config=config, product=given.product(V3, 3))
    assert "GitLab" in given.unknown(check, config=config, product=given.product())
    given.skips(check, config=given.storage("rootdirectory: /r", "filesystem"), product=given.product(FORK))
