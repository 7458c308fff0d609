"""What a registry does not read of the identity that it is given is named; what it reads is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from regdoctor.checks.storage.s3_identity_unread import s3_identity_unread
from regdoctor.evidence.aws_settings import AwsSettings, SharedFile
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.aws_profiles import parse_aws_profiles
from regdoctor.formats.located import Located, Place

OLD, NEW = Product(Generation.DISTRIBUTION_2, (2, 8, 3)), Product(Generation.DISTRIBUTION_3, (3, 0, 0))
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
ECS = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/creds"}
PAIR = b"[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n"
S3 = "bucket: b, region: eu-central-1"


def settings(variables: dict[str, str], credentials: bytes = b"", config: bytes = b"", unseen: str = "") -> AwsSettings:
    place = Place("/etc/systemd/system/registry.service", 3, "environment")
    first, second = (
        SharedFile(f"/root/.aws/{name}", parse_aws_profiles(data, f"/root/.aws/{name}"))
        for name, data in (("credentials", credentials), ("config", config))
    )
    given = {name: Located(value, place, name) for name, value in variables.items()}
    return AwsSettings(place.source, given, first, second, unseen=unseen)


@pytest.mark.parametrize(
    ("product", "told", "resource"),
    [
        (OLD, settings(WEB), "AWS_WEB_IDENTITY_TOKEN_FILE"),
        (OLD, settings(ECS), "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
        (OLD, settings({"AWS_ACCESS_KEY_ID": "x"}), "AWS_ACCESS_KEY_ID"),
        (NEW, settings({"AWS_SECRET_ACCESS_KEY": "x"}), "AWS_SECRET_ACCESS_KEY"),
        (OLD, settings({"AWS_PROFILE": "nope"}, PAIR), "AWS_PROFILE"),
        (NEW, settings({}, config=PAIR), "/root/.aws/config"),
        (OLD, settings({"AWS_SDK_LOAD_CONFIG": "1"}, config=PAIR), "/root/.aws/config"),
    ],
)
def test_what_it_does_not_read_is_named(given: Any, product: Product, told: AwsSettings, resource: str) -> None:
    fail = given.fail(s3_identity_unread, config=given.storage(S3), settings=told, product=product)
    assert fail.resource == resource


@pytest.mark.parametrize(
    ("product", "told"),
    [
        (OLD, settings({})),
        (OLD, settings(WEB, PAIR)),
        (OLD, settings(WEB | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"})),
        (NEW, settings(WEB)),
        (NEW, settings(ECS)),
        (NEW, settings({"AWS_SDK_LOAD_CONFIG": "1"}, config=PAIR)),
    ],
)
def test_what_it_reads_is_left_alone(given: Any, product: Product, told: AwsSettings) -> None:
    given.passes(s3_identity_unread, config=given.storage(S3), settings=told, product=product)


def test_what_is_not_known_is_not_judged(given: Any) -> None:
    unseen = settings({}, unseen="no unit was found")
    storage, product = given.storage(S3), given.product()
    assert "no unit" in given.unknown(s3_identity_unread, config=storage, settings=unseen, product=OLD)
    # An unknown registry may be one that reads a web identity.
    given.passes(
        s3_identity_unread, config=storage, settings=settings(ECS | {"AWS_PROFILE": ""}, PAIR), product=product
    )
    given.skips(s3_identity_unread, config=given.storage("", "inmemory"), settings=unseen, product=OLD)


def test_static_keys_need_nothing_else(given: Any) -> None:
    storage = given.storage(f"{S3}, accesskey: a, secretkey: b")
    given.passes(s3_identity_unread, config=storage, settings=settings(WEB, unseen="a gap"), product=OLD)
