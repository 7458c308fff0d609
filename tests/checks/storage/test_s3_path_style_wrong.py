"""Path style and host style, by product and by the kind of the endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.storage.s3_path_style_wrong import s3_path_style_wrong
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


SAMPLE = "bucket: registry, region: us-east-1, regionendpoint: 'http://minio.example.com:9000'"


def _at(endpoint: str, more: str = "") -> str:
    return f"bucket: registry, region: us-east-1, regionendpoint: '{endpoint}'{', ' if more else ''}{more}"


def test_after_the_move_to_3_the_bucket_is_asked_for_by_host(given: Given) -> None:
    fail = given.fail(s3_path_style_wrong, config=given.storage(SAMPLE), product=given.product(V3, 3, 0, 0))

    assert "http://registry.minio.example.com:9000" in fail.message
    assert fail.severity is Severity.WARNING
    assert fail.failure_modes == ("S3-11",)
    assert fail.remedy[Dialect.PLAIN].commands == ("storage:\n  s3:\n    forcepathstyle: true",)
    assert [(quote.line, quote.quote.partition(":")[0]) for quote in fail.evidence[:2]] == [
        (3, "storage.s3.regionendpoint"),
        (3, "storage.s3.bucket"),
    ]


@pytest.mark.parametrize(
    "endpoint", ["http://10.1.2.3:9000", "minio:9000", "http://localhost:9000", "http://[::1]:9000"]
)
def test_what_can_take_nothing_before_it_is_an_error(given: Given, endpoint: str) -> None:
    fail = given.fail(s3_path_style_wrong, config=given.storage(_at(endpoint)), product=given.product(V3, 3))

    assert fail.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("endpoint", "more"),
    [
        ("http://minio:9000", "forcepathstyle: true"),
        ("http://minio:9000", "forcepathstyle: 'true'"),
        ("https://s3.eu-west-1.amazonaws.com", ""),
        ("https://fra1.digitaloceanspaces.com", ""),
        ("https://s3.example.com", "forcepathstyle: false"),
    ],
)
def test_3_is_content_where_the_style_fits_or_was_decided_on(given: Given, endpoint: str, more: str) -> None:
    given.passes(s3_path_style_wrong, config=given.storage(_at(endpoint, more)), product=given.product(V3, 3, 0, 0))


@pytest.mark.parametrize("bucket", ["my.bucket", "My_Bucket"])
def test_buckets_that_fit_no_host_are_asked_for_by_path_anyway(given: Given, bucket: str) -> None:
    text = f"bucket: {bucket}, regionendpoint: 'https://minio:9000'"

    given.passes(s3_path_style_wrong, config=given.storage(text), product=given.product(V3, 3, 0, 0))


@pytest.mark.parametrize("more", ["", "pathstyle: false", "forcepathstyle: false"])
def test_2_takes_path_style_whatever_is_written(given: Given, more: str) -> None:
    config = given.storage(_at("http://10.1.2.3:9000", more))

    given.passes(s3_path_style_wrong, config=config, product=given.product(V2, 2, 8, 3))


def test_gitlabs_takes_path_style_unless_told_otherwise(given: Given) -> None:
    product = given.product(FORK, 4, 29, 0)

    given.passes(s3_path_style_wrong, config=given.storage(_at("http://minio:9000")), product=product)
    fail = given.fail(
        s3_path_style_wrong, config=given.storage(_at("http://minio:9000", "pathstyle: false")), product=product
    )

    assert fail.severity is Severity.ERROR
    assert fail.remedy[Dialect.OMNIBUS].commands[0] == "registry['storage']['s3']['pathstyle'] = true"


@pytest.mark.parametrize(("driver", "version"), [("s3_v2", (4, 29, 0)), ("s3", (4, 40, 0)), ("s3", ())])
def test_the_newer_sdk_of_gitlabs_takes_addresses_by_path_itself(
    given: Given, driver: str, version: tuple[int, ...]
) -> None:
    config = given.storage(_at("http://10.1.2.3:9000", "pathstyle: false"), driver)

    given.passes(s3_path_style_wrong, config=config, product=given.product(FORK, *version))


def test_a_vpc_endpoint_wants_the_bucket_in_the_host(given: Given) -> None:
    endpoint = "https://bucket.vpce-0e25.s3.us-east-1.vpce.amazonaws.com"
    product = given.product(FORK, 4, 29, 0)
    fail = given.fail(s3_path_style_wrong, config=given.storage(_at(endpoint)), product=product)

    assert fail.failure_modes == ("S3-40",)
    assert fail.severity is Severity.WARNING
    assert fail.remedy[Dialect.PLAIN].commands == ("storage:\n  s3:\n    pathstyle: false",)
    given.passes(s3_path_style_wrong, config=given.storage(_at(endpoint, "pathstyle: false")), product=product)


def test_an_unknown_product_is_judged_only_where_all_agree(given: Given) -> None:
    unknown = given.product()

    assert "product" in given.unknown(s3_path_style_wrong, config=given.storage(SAMPLE), product=unknown)
    given.passes(
        s3_path_style_wrong, config=given.storage(_at("http://minio:9000", "forcepathstyle: true")), product=unknown
    )
    given.passes(s3_path_style_wrong, config=given.storage(_at("https://s3.eu-west-1.amazonaws.com")), product=unknown)


def test_amazons_own_endpoint_and_other_storage_are_left_alone(given: Given) -> None:
    given.passes(
        s3_path_style_wrong, config=given.storage("bucket: b, region: eu-west-1"), product=given.product(V3, 3)
    )
    given.skips(s3_path_style_wrong, config=given.storage("rootdirectory: /r", "filesystem"), product=given.product())
    given.skips(
        s3_path_style_wrong,
        config=given.storage("bucket: b, regionendpoint: 'http://a b'"),
        product=given.product(V3, 3),
    )


def test_what_the_file_says_is_not_known_where_only_the_environment_is_seen(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variables = [
        ("REGISTRY_STORAGE", "s3", place),
        *(
            (f"REGISTRY_STORAGE_S3_{name}", value, place)
            for name, value in [("BUCKET", "images"), ("REGIONENDPOINT", "http://minio:9000")]
        ),
    ]
    config = parse_registry_config(b"{}", "config.yml", variables)

    given.skips(s3_path_style_wrong, config=config, product=given.product(V3, 3))
