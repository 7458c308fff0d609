"""As whom the bucket is asked: the registry's own source, or nobody, with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.credential_chains import Source
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_identity import S3Identity
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.s3_identity import s3_identity

HERE, COPY = (Installation(Path("/"), Dialect.PLAIN, live=live) for live in (True, False))
NEW = Product(Generation.DISTRIBUTION_3, (3, 0, 0))
ANY = Product(None, reason="nothing tells")
ROLE = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret-of-the-role", "Token": "session-of-the-role"}
KEYS = {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": "env-secret"}


def settings(unseen: str = "", **variables: str) -> AwsSettings:
    place = Place("environment of process 7", layer="environment")
    return AwsSettings(
        place.source, {name: Located(value, place, name) for name, value in variables.items()}, unseen=unseen
    )


def identity(
    door: Http, given: AwsSettings | Absent, static: str = "", product: Product = NEW, where: Installation = HERE
) -> S3Identity:
    config = parse_registry_config(f"storage: {{s3: {{{static}bucket: b, region: r}}}}".encode(), "config.yml")
    found: S3Identity = s3_identity.gather(where, config, product, given, door)
    if found.keys is None:
        with pytest.raises(CouldNotGatherError, match="the bucket was not asked: "):
            registry_bucket(config, door, 1.0, found)
    else:
        assert registry_bucket(config, door, 1.0, found).access_key == found.keys.access_key
    return found


def test_static_keys_need_no_more(door: Http) -> None:
    for given in (Absent("unreadable"), settings("a gap"), settings(**KEYS)):
        found = identity(door, given, "accesskey: STATIC, secretkey: s, ", ANY, COPY)
        assert (found.source, found.words) == (Source.CONFIG, "static keys of the configuration")


def test_what_is_not_seen_is_not_guessed(door: Http) -> None:
    assert "a gap" in identity(door, settings("a gap", **KEYS)).problem
    assert "unreadable" in identity(door, Absent("unreadable")).problem


def test_an_unknown_registry_with_keys_of_its_environment_asks_with_them(door: Http) -> None:
    assert identity(door, settings(**KEYS), product=ANY).source is Source.ENVIRONMENT
    web = settings(AWS_WEB_IDENTITY_TOKEN_FILE="/t", AWS_ROLE_ARN="arn")
    assert "which registry this is, is not known" in identity(door, web, product=ANY).problem


def test_the_role_of_a_container_and_of_the_machine(door: Http, serve: Callable[..., Any]) -> None:
    server = serve(lambda seen: (200, {}, b"role" if seen.path.endswith("/") else json.dumps(ROLE).encode()))
    container = settings(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{server.url}/creds")
    found = identity(door, container)
    assert (found.source, found.words) == (Source.CONTAINER, "the container's role")
    machine = settings(AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url)
    found = identity(door, machine)
    assert (found.source, found.words) == (Source.INSTANCE, "the role role, by IMDSv2")
    assert "secret-of-the-role" not in str(found)


def test_a_copy_asks_nobody(door: Http, serve: Callable[..., Any]) -> None:
    server = serve(lambda _: (200, {}, b""))
    for given in (
        settings(AWS_EC2_METADATA_SERVICE_ENDPOINT=server.url),
        settings(AWS_CONTAINER_CREDENTIALS_FULL_URI=server.url),
    ):
        assert "are a copy" in identity(door, given, where=COPY).problem
    assert server.seen == []


def test_nothing_anywhere_is_known_as_that(door: Http) -> None:
    disabled = identity(door, settings(AWS_EC2_METADATA_DISABLED="true"))
    assert (disabled.none_found, disabled.source) == (True, None)
    gone = identity(door, settings(AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:9"))
    assert gone.none_found
    assert "no instance metadata service" in gone.problem


def test_another_storage_has_no_identity(door: Http) -> None:
    with pytest.raises(NotApplicableError):
        s3_identity.gather(HERE, parse_registry_config(b"storage: {inmemory: {}}", "c"), NEW, settings(), door)
