"""A bucket is named by its bare name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_bucket_malformed import s3_bucket_malformed
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        ("s3://images", "images"),
        ("https://images/sub", "images"),
        ("images/registry", "images"),
        ("arn:aws:s3:::images", "images"),
        ("images ", "images"),
        ("'images'", "images"),
    ],
)
def test_what_is_no_name_is_told_and_mended(given: Given, name: str, mended: str) -> None:
    fail = given.fail(s3_bucket_malformed, config=given.storage(f'bucket: "{name}", region: us-east-1'))

    assert repr(name) in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == (f"storage:\n  s3:\n    bucket: {mended}",)
    assert fail.evidence[0].line == 3


def test_the_folder_in_it_belongs_into_rootdirectory(given: Given) -> None:
    fail = given.fail(s3_bucket_malformed, config=given.storage("bucket: images/registry/x, region: us-east-1"))

    assert "'registry/x' goes into rootdirectory" in fail.remedy[Dialect.PLAIN].text


def test_a_name_with_a_blank_in_it_cannot_be_guessed(given: Given) -> None:
    fail = given.fail(s3_bucket_malformed, config=given.storage("bucket: my images, region: us-east-1"))

    assert "Remove" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize("text", ["region: us-east-1", "bucket: '', region: us-east-1", "bucket: null"])
def test_without_a_bucket_the_registry_does_not_start(given: Given, text: str) -> None:
    assert given.fail(s3_bucket_malformed, config=given.storage(text)).severity is Severity.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "bucket: images, region: eu-west-1",
        "bucket: my.images-2, region: eu-west-1",
        "bucket: Old_Images, region: us-east-1",
        "bucket: My_Images, region: eu-west-1, regionendpoint: 'http://ceph:7480'",
        "bucket: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/images', region: eu-west-1",
    ],
)
def test_names_that_there_may_be_are_left_alone(given: Given, text: str) -> None:
    given.passes(s3_bucket_malformed, config=given.storage(text))


@pytest.mark.parametrize("name", ["My_Images", "ab"])
def test_names_that_amazon_has_in_no_newer_region_are_told(given: Given, name: str) -> None:
    fail = given.fail(s3_bucket_malformed, config=given.storage(f"bucket: {name}, region: eu-west-1"))

    assert "eu-west-1" in fail.message


def test_other_storage_has_no_bucket_of_s3(given: Given) -> None:
    given.skips(s3_bucket_malformed, config=given.storage("bucket: 'a/b'", "gcs"))


def test_what_the_file_says_is_not_known_where_only_the_environment_is_seen(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variables = [
        ("REGISTRY_STORAGE", "s3", place),
        *((f"REGISTRY_STORAGE_S3_{name}", value, place) for name, value in [("REGION", "us-east-1")]),
    ]
    config = parse_registry_config(b"{}", "config.yml", variables)

    given.skips(s3_bucket_malformed, config=config)
