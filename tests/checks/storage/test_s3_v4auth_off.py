"""Signatures of version 2 are refused for Amazon's buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.storage.s3_v4auth_off import s3_v4auth_off
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _config(given: Given, value: str, endpoint: str = "", driver: str = "s3") -> RegistryConfig:
    more = f"    regionendpoint: {endpoint}\n" if endpoint else ""
    return given.config(f"storage:\n  {driver}:\n    v4auth: {value}\n{more}")


@pytest.mark.parametrize("value", ["false", "'false'", "'0'", "F"])
@pytest.mark.parametrize("endpoint", ["", "https://s3.amazonaws.com"])
def test_off_is_a_finding_with_amazon(given: Given, value: str, endpoint: str) -> None:
    fail = given.fail(s3_v4auth_off, config=_config(given, value, endpoint), product=given.product())

    assert "version 4 alone" in fail.message
    assert len(fail.evidence) == (2 if endpoint else 1)


@pytest.mark.parametrize("value", ["x", "0", "'no'", "''"])
def test_neither_true_nor_false_is_a_finding(given: Given, value: str) -> None:
    fail = given.fail(s3_v4auth_off, config=_config(given, value, "http://m:9000"), product=given.product())

    assert "neither true nor false" in fail.message


@pytest.mark.parametrize(("value", "endpoint"), [("true", ""), ("'T'", ""), ("", ""), ("false", "http://minio:9000")])
def test_version_4_and_other_services_pass(given: Given, value: str, endpoint: str) -> None:
    assert given.passes(s3_v4auth_off, config=_config(given, value, endpoint), product=given.product())


def test_where_it_has_no_meaning_it_is_not_judged(given: Given) -> None:
    for config in (_config(given, "false", driver="s3_v2"), given.config("storage: filesystem")):
        assert given.skips(s3_v4auth_off, config=config, product=given.product())
