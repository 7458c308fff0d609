"""TLS to the store, switched off or not verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail
from regdoctor.checks.storage.s3_tls_unverified import s3_tls_unverified
from regdoctor.evidence.product import Generation
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.storage.conftest import Settled

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def _config(given: Given, parameters: str, driver: str = "s3") -> RegistryConfig:
    return given.config(f"version: 0.1\nstorage:\n  {driver}: {{{parameters}}}\n")


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("bucket: b, region: us-east-1, secure: false", "storage.s3.secure"),
        ("bucket: b, regionendpoint: s3.eu-west-1.amazonaws.com, secure: false", "storage.s3.secure"),
        ("bucket: b, regionendpoint: 'http://s3.eu-west-1.amazonaws.com'", "storage.s3.regionendpoint"),
    ],
)
def test_amazon_in_the_clear_is_told(given: Given, one_outcome_of: Settled, text: str, resource: str) -> None:
    fail = given.fail(one_outcome_of(s3_tls_unverified), config=_config(given, text))

    assert "in the clear" in fail.message
    assert fail.resource == resource


def test_the_remedy_changes_the_scheme_alone(given: Given, one_outcome_of: Settled) -> None:
    config = _config(given, "bucket: b, regionendpoint: 'http://s3.eu-west-1.amazonaws.com'")
    fail = given.fail(one_outcome_of(s3_tls_unverified), config=config)

    assert '"https://s3.eu-west-1.amazonaws.com"' in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    "text", ["skipverify: true", "regionendpoint: 'https://minio.example.com', skipverify: 'true'"]
)
def test_a_certificate_that_is_not_looked_at_is_told(given: Given, one_outcome_of: Settled, text: str) -> None:
    fail = given.fail(one_outcome_of(s3_tls_unverified), config=_config(given, f"bucket: b, {text}"))

    assert "any certificate" in fail.message
    assert fail.resource == "storage.s3.skipverify"


@pytest.mark.parametrize(
    "text",
    [
        "region: us-east-1",
        "secure: true, skipverify: false",
        "regionendpoint: 'http://minio:9000', secure: false",
        "regionendpoint: 'http://minio:9000', skipverify: true",
        "regionendpoint: 'https://127.0.0.1:9000', skipverify: true",
        "regionendpoint: 'https://s3.eu-west-1.amazonaws.com', secure: false",
    ],
)
def test_a_store_of_ones_own_without_tls_is_ones_own_affair(given: Given, one_outcome_of: Settled, text: str) -> None:
    given.passes(one_outcome_of(s3_tls_unverified), config=_config(given, f"bucket: b, {text}"))


def test_both_faults_are_told(given: Given) -> None:
    text = "bucket: b, regionendpoint: 's3.eu-west-1.amazonaws.com', skipverify: true, secure: true"
    [outcome] = s3_tls_unverified.judge(config=_config(given, text))  # type: ignore[misc]

    assert isinstance(outcome, Fail)


def test_other_storage_is_skipped(given: Given, one_outcome_of: Settled) -> None:
    given.skips(one_outcome_of(s3_tls_unverified), config=_config(given, "rootdirectory: /r", "filesystem"))
