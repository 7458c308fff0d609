"""What regionendpoint may hold, and what it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Severity
from regdoctor.checks.storage.s3_endpoint_malformed import s3_endpoint_malformed
from regdoctor.evidence.product import Generation

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def _at(endpoint: str, more: str = "") -> str:
    return f"bucket: registry, region: us-east-1, regionendpoint: '{endpoint}'{', ' if more else ''}{more}"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://minio.example.com:9000",
        "http://10.0.0.1:9000/",
        "https://s3.us-east-1.amazonaws.com",
        "http://[::1]:8333",
    ],
)
@pytest.mark.parametrize("generation", [V2, V3, FORK, None])
def test_a_whole_address_is_fine(given: Given, endpoint: str, generation: Generation | None) -> None:
    product = given.product(generation) if generation else given.product()

    given.passes(s3_endpoint_malformed, config=given.storage(_at(endpoint)), product=product)


@pytest.mark.parametrize("generation", [V2, V3])
def test_distribution_needs_no_scheme(given: Given, generation: Generation) -> None:
    config = given.storage(_at("minio.example.com:9000"))

    given.passes(s3_endpoint_malformed, config=config, product=given.product(generation))


@pytest.mark.parametrize(("driver", "version"), [("s3_v2", (4, 29, 0)), ("s3", (4, 40, 0)), ("s3aws", (4, 41, 0))])
def test_gitlabs_newer_driver_refuses_an_endpoint_without_scheme(
    given: Given, driver: str, version: tuple[int, ...]
) -> None:
    config = given.storage(_at("storage.example.com"), driver)
    fail = given.fail(s3_endpoint_malformed, config=config, product=given.product(FORK, *version))

    assert fail.severity is Severity.ERROR
    assert fail.failure_modes == ("S3-12",)
    assert "https://storage.example.com" in fail.remedy[Dialect.PLAIN].commands[0]


@pytest.mark.parametrize("version", [(4, 29, 0), ()])
def test_before_it_will_be_refused(given: Given, version: tuple[int, ...]) -> None:
    config = given.storage(_at("storage.example.com", "secure: false"))
    fail = given.fail(s3_endpoint_malformed, config=config, product=given.product(FORK, *version))

    assert fail.severity is Severity.INFO
    assert "GitLab 19" in fail.message
    assert "http://storage.example.com" in fail.remedy[Dialect.PLAIN].commands[0]


def test_without_a_scheme_it_depends_on_the_product(given: Given) -> None:
    config = given.storage(_at("storage.example.com"))

    assert "GitLab 19" in given.unknown(s3_endpoint_malformed, config=config, product=given.product())


@pytest.mark.parametrize(
    ("endpoint", "mended"),
    [
        ("https://minio.example.com ", "https://minio.example.com"),
        ('"https://minio.example.com"', "https://minio.example.com"),
        ("s3://minio.example.com", "https://minio.example.com"),
    ],
)
def test_what_is_no_address_is_named_and_mended(given: Given, endpoint: str, mended: str) -> None:
    config = given.storage(_at(endpoint))
    fail = given.fail(s3_endpoint_malformed, config=config, product=given.product(V2, 2, 8))

    assert repr(endpoint) in fail.message
    assert mended in fail.remedy[Dialect.PLAIN].commands[0]


def test_what_cannot_be_mended_is_taken_away(given: Given) -> None:
    config = given.storage(_at("https://minio, https://other"))
    fail = given.fail(s3_endpoint_malformed, config=config, product=given.product(V2, 2, 8))

    assert "Remove storage.s3.regionendpoint" in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize(
    ("endpoint", "mended"),
    [
        ("http://minio.example.com:9000/registry", "http://minio.example.com:9000"),
        ("http://[::1]:9000/registry", "http://[::1]:9000"),
        ("https://registry.s3.us-east-1.amazonaws.com", "https://s3.us-east-1.amazonaws.com"),
        ("https://registry.fra1.digitaloceanspaces.com", "https://fra1.digitaloceanspaces.com"),
        ("https://minio.example.com/?x=1", "https://minio.example.com"),
    ],
)
def test_the_bucket_is_no_part_of_the_endpoint(given: Given, endpoint: str, mended: str) -> None:
    config = given.storage(_at(endpoint))
    fail = given.fail(s3_endpoint_malformed, config=config, product=given.product(V2, 2, 8))

    assert fail.remedy[Dialect.PLAIN].commands[0].endswith(f'"{mended}"')
    assert len(fail.evidence) == 2


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://registry.example.com",
        "https://registry.minio.example.com",
        "https://storage.example.com/storage/v1/s3",
        "https://registry.vpce-0e25.s3.us-east-1.vpce.amazonaws.com",
    ],
)
def test_names_that_only_look_like_the_buckets_are_left_alone(given: Given, endpoint: str) -> None:
    config = given.storage(_at(endpoint))

    given.passes(s3_endpoint_malformed, config=config, product=given.product(V2, 2, 8))


def test_amazons_endpoint_of_another_region_contradicts_the_region(given: Given) -> None:
    config = given.storage(_at("https://s3.eu-central-1.amazonaws.com"))
    fail = given.fail(s3_endpoint_malformed, config=config, product=given.product(V2, 2, 8))

    assert fail.failure_modes == ("S3-08",)
    assert "eu-central-1" in fail.message
    assert "us-east-1" in fail.message


def test_each_fault_is_told(given: Given) -> None:
    config = given.storage(_at("registry.s3.eu-central-1.amazonaws.com"), "s3_v2")
    outcomes = given.outcomes(s3_endpoint_malformed, config=config, product=given.product(FORK, 4, 29, 0))

    assert [type(outcome) for outcome in outcomes] == [Fail, Fail, Fail]


def test_without_endpoint_or_s3_there_is_nothing_to_judge(given: Given) -> None:
    check, product = s3_endpoint_malformed, given.product()

    given.passes(check, config=given.storage("bucket: b, region: eu-west-1"), product=product)
    given.skips(check, config=given.storage("rootdirectory: /r", "filesystem"), product=product)
