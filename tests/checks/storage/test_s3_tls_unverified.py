"""TLS to the store, switched off or not verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.s3_tls_unverified import s3_tls_unverified
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("bucket: b, region: us-east-1, secure: false", "storage.s3.secure"),
        ("bucket: b, regionendpoint: s3.eu-west-1.amazonaws.com, secure: false", "storage.s3.secure"),
        ("bucket: b, regionendpoint: 'http://s3.eu-west-1.amazonaws.com'", "storage.s3.regionendpoint"),
    ],
)
def test_amazon_in_the_clear_is_told(given: Given, text: str, resource: str) -> None:
    fail = given.fail(s3_tls_unverified, config=given.storage(text))

    assert "in the clear" in fail.message
    assert fail.resource == resource


def test_the_remedy_changes_the_scheme_alone(given: Given) -> None:
    config = given.storage("bucket: b, regionendpoint: 'http://s3.eu-west-1.amazonaws.com'")
    fail = given.fail(s3_tls_unverified, config=config)

    assert '"https://s3.eu-west-1.amazonaws.com"' in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize(
    "text", ["skipverify: true", "regionendpoint: 'https://minio.example.com', skipverify: 'true'"]
)
def test_a_certificate_that_is_not_looked_at_is_told(given: Given, text: str) -> None:
    fail = given.fail(s3_tls_unverified, config=given.storage(f"bucket: b, {text}"))

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
def test_a_store_of_ones_own_without_tls_is_ones_own_affair(given: Given, text: str) -> None:
    given.passes(s3_tls_unverified, config=given.storage(f"bucket: b, {text}"))


def test_both_faults_are_told(given: Given) -> None:
    text = "bucket: b, regionendpoint: 's3.eu-west-1.amazonaws.com', skipverify: true, secure: true"
    given.fail(s3_tls_unverified, config=given.storage(text))


def test_other_storage_is_skipped(given: Given) -> None:
    given.skips(s3_tls_unverified, config=given.storage("rootdirectory: /r", "filesystem"))
