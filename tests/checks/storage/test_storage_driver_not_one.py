"""Exactly one storage driver: none and two are findings, with where each was said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.storage_driver_not_one import storage_driver_not_one
from regdoctor.evidence.product import Generation
from regdoctor.formats.chart_rendering import UNSEEN_STORAGE
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

FILE = "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /x\n  cache: {blobdescriptor: inmemory}\n"


def _with(text: str, **variables: str) -> RegistryConfig:
    place = Place("docker-compose.yml", 9, "environment")
    return parse_registry_config(text.encode(), "config.yml", [(k, v, place) for k, v in variables.items()])


def test_two_in_the_file_are_both_quoted(given: Given) -> None:
    config = given.config(f"{FILE}  s3:\n    bucket: b\n")
    fail = given.fail(storage_driver_not_one, config=config, product=given.product())

    assert "filesystem (from config.yml) and s3 (from config.yml)" in fail.message
    assert len({quote.line for quote in fail.evidence}) == 2
    assert fail.failure_modes == ("CFG-06",)


def test_a_second_one_from_variables_says_what_resets_the_section(given: Given) -> None:
    config = _with(FILE, REGISTRY_STORAGE_S3_BUCKET="b", REGISTRY_STORAGE_S3_REGION="us-east-1")
    fail = given.fail(storage_driver_not_one, config=config, product=given.product())

    assert "s3 (from a variable)" in fail.message
    assert fail.failure_modes == ("CFG-06", "S3-37")
    assert fail.remedy[Dialect.PLAIN].commands == ("REGISTRY_STORAGE=s3",)
    assert fail.remedy[Dialect.COMPOSE].commands == ("REGISTRY_STORAGE: s3",)
    assert "cache and delete" in fail.remedy[Dialect.COMPOSE].text


def test_the_variable_with_the_name_alone_resets_it(given: Given) -> None:
    config = _with(FILE, REGISTRY_STORAGE="s3", REGISTRY_STORAGE_S3_BUCKET="b")

    assert given.passes(storage_driver_not_one, config=config, product=given.product()) == "s3"


@pytest.mark.parametrize(
    "text", ["version: 0.1\n", "version: 0.1\nstorage:\n", "version: 0.1\nstorage: {delete: {}}\n"]
)
def test_none_is_a_finding(given: Given, text: str) -> None:
    fail = given.fail(storage_driver_not_one, config=given.config(text), product=given.product())

    assert "names no driver" in fail.message


@pytest.mark.parametrize(
    ("generation", "outcome"),
    [
        (Generation.DISTRIBUTION_3, "passes"),
        (None, "unknown"),
        (Generation.DISTRIBUTION_2, "fail"),
        (Generation.GITLAB, "fail"),
    ],
)
def test_tag_is_a_driver_to_all_but_distribution_3(given: Given, generation: Generation | None, outcome: str) -> None:
    config = given.config("version: 0.1\nstorage: {filesystem: {}, tag: {concurrencylimit: 8}}\n")

    assert getattr(given, outcome)(storage_driver_not_one, config=config, product=given.product(generation))


def test_one_beside_its_siblings_passes(given: Given) -> None:
    config = given.config(f"{FILE}  delete: {{}}\n  redirect: {{disable: true}}\n  maintenance: {{}}\n")

    assert given.passes(storage_driver_not_one, config=config, product=given.product()) == "filesystem"


def test_what_is_not_seen_is_not_judged(given: Given) -> None:
    variables = _with("{}", REGISTRY_HTTP_ADDR=":5000", REGISTRY_STORAGE_DELETE_ENABLED="true")
    assert given.skips(storage_driver_not_one, config=variables, product=given.product())

    chart = given.config("version: 0.1\nstorage: {redirect: {disable: false}}\n")
    storage = chart.tree.entries()["storage"]
    unseen = replace(storage, place=replace(storage.place, layer=UNSEEN_STORAGE))
    tree = replace(chart.tree, value={**chart.tree.entries(), "storage": unseen})
    assert given.skips(storage_driver_not_one, config=RegistryConfig(tree, "values.yaml"), product=given.product())


def test_which_of_two_in_one_file_is_right_is_for_its_owner(given: Given) -> None:
    config = parse_registry_config(b"storage: {filesystem: {}, s3: {bucket: b}}", "/etc/gitlab/gitlab.rb")
    fail = given.fail(storage_driver_not_one, config=config, product=given.product())

    assert "filesystem (from gitlab.rb) and s3 (from gitlab.rb)" in fail.message
    assert all("Decide which of filesystem and s3 is right" in remedy.text for remedy in fail.remedy.values())


def test_a_parameter_beside_its_driver_is_to_be_moved_below_it(given: Given) -> None:
    config = given.config("storage:\n  filesystem:\n  rootdirectory: /srv/images\n")
    fail = given.fail(storage_driver_not_one, config=config, product=given.product())

    assert fail.message.startswith("rootdirectory stands in storage beside the driver filesystem, not below it")
    assert fail.remedy[Dialect.PLAIN].commands == ("storage:\n  filesystem:\n    rootdirectory: /srv/images",)
    assert [quote.line for quote in fail.evidence] == [2, 3]


def test_a_credential_beside_its_driver_is_not_repeated(given: Given) -> None:
    config = given.config("storage:\n  s3: {bucket: b}\n  secretkey: planted-4711\n  region: r\n")
    fail = given.fail(storage_driver_not_one, config=config, product=given.product())

    assert fail.message.startswith("secretkey and region stand in storage beside the driver s3")
    assert "storage.s3.secretkey in the place of storage.secretkey" in fail.remedy[Dialect.PLAIN].text
    assert "planted" not in repr(fail)
