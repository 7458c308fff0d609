"""A credential of S3 under another name than its own is told before what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.settings.s3_credential_misspelt import s3_credential_misspelt
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given


@pytest.mark.parametrize(
    ("key", "right"), [("access_key", "accesskey"), ("secretKey", "secretkey"), ("aws_secret_key", "secretkey")]
)
def test_the_right_name_is_told_and_the_value_is_not(given: Given, key: str, right: str) -> None:
    config = given.storage(f"bucket: b, {key}: planted-4711")
    fail = given.fail(s3_credential_misspelt, config=config, product=given.product())
    assert fail.message == f"The registry does not read storage.s3.{key}; storage.s3.{right} is what it reads"
    assert fail.severity is None
    assert s3_credential_misspelt.severity is Severity.ERROR
    assert f"['{right}'] in the place of registry['storage']['s3']['{key}']" in fail.remedy[Dialect.OMNIBUS].text
    assert "planted" not in repr(fail)


def test_what_it_brings_about_is_folded_under_it() -> None:
    assert "s3_credential_malformed" in s3_credential_misspelt.explains


def test_right_names_and_other_misspelt_keys_pass(given: Given) -> None:
    config = given.storage("accesskey: a, secretkey: b, encypt: true")
    assert given.passes(s3_credential_misspelt, config=config, product=given.product())


def test_variables_are_another_checks(given: Given) -> None:
    place = Place("docker-compose.yml", 3, "environment")
    text = b"storage: {s3: {bucket: b}}"
    config = parse_registry_config(text, "config.yml", [("REGISTRY_STORAGE_S3_ACCESS_KEY", "x", place)])
    assert given.passes(s3_credential_misspelt, config=config, product=given.product())


def test_other_drivers_are_not_judged(given: Given) -> None:
    config = given.storage("secret_key: x", "swift")
    assert given.skips(s3_credential_misspelt, config=config, product=given.product())
