"""Keys that cannot be any are told, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail
from regdoctor.checks.storage.s3_credential_malformed import s3_credential_malformed
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

KEYS = "accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: abcdefghijklmnopqrstuvwxyz0123456789ABCD"
V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


SECRET = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"


def _texts(fail: Fail) -> str:
    remedies = [text for remedy in fail.remedy.values() for text in (remedy.text, *remedy.commands)]
    return " ".join([fail.message, *(quote.quote for quote in fail.evidence), *remedies])


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("AKIAABCDEFGHIJKLMNOP ", "blank"),
        ("AKIAABCDEFGHIJKLMNOP\\n", "end of a line"),
        ("'AKIAABCDEFGHIJKLMNOP'", "quotation marks"),
        ("AKIAABCDEFGHIJKLMNOP,x", "comma"),
        ("AKIA/ABCDEFGHIJKLMNOP", "slash"),
        ("arn:aws:iam::123456789012:user/registry", "ARN"),
        ("https://minio.example.com", "address"),
        ("${AWS_ACCESS_KEY_ID}", "not been filled in"),
        ("s3-access-key", "documentation"),
        ("AKIAKIAKI", "documentation"),
    ],
)
def test_an_access_key_that_is_none_is_told_and_not_shown(given: Given, key: str, problem: str) -> None:
    config = given.storage(f'bucket: b, region: us-east-1, accesskey: "{key}", secretkey: {SECRET}')
    fail = given.fail(s3_credential_malformed, config=config)

    assert problem in fail.message
    assert "characters)" in fail.message
    assert fail.resource == "storage.s3.accesskey"
    assert fail.evidence[0].line == 3
    assert key.replace("\\n", "") not in _texts(fail)


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        (f"{SECRET} ", "blank"),
        (f"{SECRET[:20]}\\n{SECRET[20:]}", "end of a line"),
        (f"'{SECRET}'", "quotation marks"),
        ("AKIAQRSTUVWXYZABCDEF", "each other's place"),
        ("s3-secret-key-for-access-key", "documentation"),
        ("<your secret>", "not been filled in"),
    ],
)
def test_a_secret_key_that_is_none_is_told_and_not_shown(given: Given, secret: str, problem: str) -> None:
    config = given.storage(f'bucket: b, region: us-east-1, accesskey: AKIAABCDEFGHIJKLMNOP, secretkey: "{secret}"')
    fail = given.fail(s3_credential_malformed, config=config)

    assert problem in fail.message
    assert SECRET[:20] not in _texts(fail)


@pytest.mark.parametrize(
    "text",
    [
        f"secretkey: {SECRET}",
        f"accesskey: '', secretkey: {SECRET}",
        "accesskey: minio",
        "accesskey: a, secretkey: null",
    ],
)
def test_half_a_pair_is_no_pair(given: Given, text: str) -> None:
    fail = given.fail(s3_credential_malformed, config=given.storage(f"bucket: b, {text}"))

    assert "uses neither" in fail.message
    assert fail.failure_modes == ("S3-01",)


@pytest.mark.parametrize(
    "text",
    [
        KEYS,
        "accesskey: '', secretkey: ''",
        "region: us-east-1",
        "accesskey: minio, secretkey: 'pass word, with \" and / in it'",
        "accesskey: 12345, secretkey: 67890",
        "accesskey: k, secretkey: s, region: auto, regionendpoint: 'https://x.example.com'",
        "accesskey: k, secretkey: s, region: 'us east'",
    ],
)
def test_keys_and_roles_are_fine(given: Given, text: str) -> None:
    given.passes(s3_credential_malformed, config=given.storage(f"bucket: b, {text}"))


@pytest.mark.parametrize("region", ["us-east-1 ", "us-east-1,", "your-s3-region"])
def test_the_region_goes_into_the_signature(given: Given, region: str) -> None:
    text = f"bucket: b, {KEYS}, region: '{region}', regionendpoint: 'https://minio.example.com'"
    fail = given.fail(s3_credential_malformed, config=given.storage(text))

    assert fail.resource == "storage.s3.region"
    assert fail.failure_modes == ("S3-09",)


def test_the_documentations_bucket_is_nobodys(given: Given) -> None:
    fail = given.fail(s3_credential_malformed, config=given.storage(f"bucket: your-s3-bucket, {KEYS}"))

    assert fail.resource == "storage.s3.bucket"


def test_the_documentations_example_as_a_whole_gives_a_finding_for_each_value(given: Given) -> None:
    text = "accesskey: s3-access-key, secretkey: s3-secret-key-for-access-key, bucket: your-s3-bucket"
    found = given.fails(s3_credential_malformed, config=given.storage(text))

    assert [fail.resource for fail in found] == [
        "storage.s3.accesskey",
        "storage.s3.secretkey",
        "storage.s3.bucket",
    ]


def test_other_storage_has_no_such_keys(given: Given) -> None:
    given.skips(s3_credential_malformed, config=given.storage("rootdirectory: /r", "filesystem"))


def test_what_the_file_says_is_not_known_where_only_the_environment_is_seen(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variables = [
        ("REGISTRY_STORAGE", "s3", place),
        *((f"REGISTRY_STORAGE_S3_{name}", value, place) for name, value in [("ACCESSKEY", "minio")]),
    ]
    config = parse_registry_config(b"{}", "config.yml", variables)

    given.passes(s3_credential_malformed, config=config)
