"""A driver that the registry does not have is a finding, by product and by build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote, Severity
from regdoctor.checks.storage.storage_driver_unsupported import storage_driver_unsupported
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given

TWO, THREE, GITLAB = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB
IMAGE = (Quote("docker-compose.yml", "image: registry:2.8.2", 3),)


def _config(given: Given, name: str) -> RegistryConfig:
    return given.config(f"version: 0.1\nstorage:\n  {name}: {{x: y}}\n")


@pytest.mark.parametrize(("name", "meant"), [("filesytem", "filesystem"), ("S3", "s3"), ("s3-aws", "s3aws")])
def test_a_name_that_nobody_has_is_a_finding_with_the_nearest(given: Given, name: str, meant: str) -> None:
    fail = given.fail(storage_driver_unsupported, config=_config(given, name), product=given.product())

    assert [quote.line for quote in fail.evidence] == [3]
    assert f"Write {meant} in place of {name}." in fail.remedy[Dialect.PLAIN].text


@pytest.mark.parametrize(("name", "move"), [("oss", "S3-compatible"), ("swift", "s3api")])
def test_what_distribution_3_dropped(given: Given, name: str, move: str) -> None:
    config = _config(given, name)

    fail = given.fail(storage_driver_unsupported, config=config, product=given.product(THREE, 3, 0, 0))
    assert "is gone since distribution 3.0: the registry does not start" in fail.message
    assert all(move in remedy.text for remedy in fail.remedy.values())
    assert "distribution 3" in given.unknown(storage_driver_unsupported, config=config, product=given.product())


@pytest.mark.parametrize("name", ["oss", "swift"])
def test_the_last_that_has_it_gives_a_note_for_the_next_update(given: Given, name: str) -> None:
    fail = given.fail(storage_driver_unsupported, config=_config(given, name), product=Product(TWO, (2, 8, 3), IMAGE))

    assert fail.severity is Severity.INFO
    assert "2.8 is the last that starts with it" in fail.message


def test_what_gitlab_dropped_depends_on_its_version(given: Given) -> None:
    config = _config(given, "swift")

    fail = given.fail(storage_driver_unsupported, config=config, product=given.product(GITLAB, 4, 41, 0))
    assert "GitLab's registry 4.0 (GitLab 17.0)" in fail.message
    old = given.fail(storage_driver_unsupported, config=config, product=given.product(GITLAB, 3, 86, 0))
    assert old.severity is Severity.INFO
    assert given.unknown(storage_driver_unsupported, config=config, product=given.product(GITLAB))


def test_s3_v2_is_gitlabs_own(given: Given) -> None:
    config = _config(given, "s3_v2")

    assert given.passes(storage_driver_unsupported, config=config, product=given.product(GITLAB))
    given.fail(storage_driver_unsupported, config=config, product=given.product(TWO, 2, 8, 3))
    assert given.unknown(storage_driver_unsupported, config=config, product=given.product())


@pytest.mark.parametrize("name", ["azure", "gcs", "oss"])
def test_what_debian_leaves_out(given: Given, name: str) -> None:
    config = _config(given, name)

    fail = given.fail(storage_driver_unsupported, config=config, product=given.product(TWO, 2, 8, 2))
    assert "Debian's package" in fail.message
    assert "/var/lib/dpkg/status" in [quote.source for quote in fail.evidence]


def test_the_official_image_of_2_8_2_lacked_gcs(given: Given) -> None:
    config = _config(given, "gcs")

    fail = given.fail(storage_driver_unsupported, config=config, product=Product(TWO, (2, 8, 2), IMAGE))
    assert "2.8.3 has it" in fail.message
    assert given.passes(storage_driver_unsupported, config=config, product=Product(TWO, (2, 8, 3), IMAGE))


@pytest.mark.parametrize("name", ["filesystem", "inmemory", "s3", "s3aws", "azure", "gcs"])
def test_what_all_have_passes(given: Given, name: str) -> None:
    assert given.passes(storage_driver_unsupported, config=_config(given, name), product=given.product())


def test_without_one_driver_there_is_nothing_to_judge(given: Given) -> None:
    assert given.skips(storage_driver_unsupported, config=given.config("storage: {}"), product=given.product())
