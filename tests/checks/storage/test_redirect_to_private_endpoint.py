"""Where clients are sent for layers, and whether they can go there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.redirect_to_private_endpoint import redirect_to_private_endpoint
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.product import Generation
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from tests.checks.seen_in_traffic import KEY, S3_LINK, SIGNED, seen, sent_on

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def _config(given: Given, endpoint: str, more: str = "", http: str = "") -> RegistryConfig:
    return given.config(
        f"version: 0.1\nhttp: {{{http}}}\nstorage:\n  s3: {{bucket: b, regionendpoint: '{endpoint}'}}\n{more}"
    )


def _gitlab(given: Given, host: str) -> GitLabConfig:
    return given.gitlab(f"production:\n  registry:\n    enabled: true\n    host: {host}\n")


INSIDE = ["http://minio:9000", "http://minio.default.svc:9000", "minio.x.svc.cluster.local", "http://localhost:9000"]


@pytest.mark.parametrize("endpoint", [*INSIDE, "http://127.0.0.1:9000", "http://host.docker.internal:9000"])
def test_a_name_from_inside_under_a_public_one_is_told(given: Given, endpoint: str) -> None:
    fail = given.fail(
        redirect_to_private_endpoint, config=_config(given, endpoint), gitlab=_gitlab(given, "registry.example.com")
    )

    assert "registry.example.com" in fail.message
    assert [quote.line for quote in fail.evidence] == [4, 4]
    assert fail.remedy[Dialect.HELM].commands[0].endswith("'registry.storage.redirect.disable=true'")


def test_the_public_name_may_be_in_the_registrys_own_configuration(given: Given) -> None:
    config = _config(given, "http://minio:9000", http="host: 'https://registry.example.com'")

    assert "https://registry.example.com" in given.fail(redirect_to_private_endpoint, config=config).evidence[1].quote


def test_redirect_that_is_said_to_be_on_is_quoted(given: Given) -> None:
    config = _config(given, "http://minio:9000", "  redirect: {disable: false}\n")
    fail = given.fail(redirect_to_private_endpoint, config=config, gitlab=_gitlab(given, "registry.example.com"))

    assert [quote.line for quote in fail.evidence] == [4, 4, 5]


@pytest.mark.parametrize("more", ["  redirect: {disable: true}\n", "middleware: {storage: [{name: redirect}]}\n"])
def test_without_redirects_and_with_addresses_of_ones_own_all_is_well(given: Given, more: str) -> None:
    config = _config(given, "http://minio:9000", more)

    given.passes(redirect_to_private_endpoint, config=config, gitlab=_gitlab(given, "registry.example.com"))


@pytest.mark.parametrize(
    "endpoint",
    ["https://s3.example.com", "http://10.0.0.7:9000", "http://minio.corp.internal", "https://s3.amazonaws.com"],
)
def test_what_others_may_reach_is_left_alone(given: Given, endpoint: str) -> None:
    config = _config(given, endpoint)

    given.passes(redirect_to_private_endpoint, config=config, gitlab=_gitlab(given, "registry.example.com"))


@pytest.mark.parametrize(
    ("endpoint", "host"), [("http://127.0.0.1:8333", "localhost"), ("http://minio:9000", "registry")]
)
def test_a_registry_that_is_inside_itself_may_have_its_store_there(given: Given, endpoint: str, host: str) -> None:
    given.passes(redirect_to_private_endpoint, config=_config(given, endpoint), gitlab=_gitlab(given, host))


def test_the_machine_itself_is_another_one_for_each_client(given: Given) -> None:
    config = _config(given, "http://localhost:9000")

    given.fail(redirect_to_private_endpoint, config=config, gitlab=_gitlab(given, "registry"))


def test_without_a_public_name_it_is_not_known(given: Given) -> None:
    assert "minio" in given.unknown(redirect_to_private_endpoint, config=_config(given, "http://minio:9000"))


def test_what_others_judge_and_other_storage_are_skipped(given: Given) -> None:
    given.skips(
        redirect_to_private_endpoint, config=_config(given, "http://minio:9000", "  redirect: {disable: 'true'}\n")
    )
    given.skips(redirect_to_private_endpoint, config=given.config("storage: {filesystem: {rootdirectory: /r}}\n"))


def test_what_the_file_says_is_not_known_where_only_the_environment_is_seen(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variables = [
        ("REGISTRY_STORAGE", "s3", place),
        *((f"REGISTRY_STORAGE_S3_{name}", value, place) for name, value in [("REGIONENDPOINT", "http://minio:9000")]),
    ]
    config = parse_registry_config(b"{}", "config.yml", variables)

    given.skips(redirect_to_private_endpoint, config=config)


MINIO_LINK = f"http://minio:9000/images/{KEY}?{SIGNED}"


def test_a_name_that_is_known_inside_only_is_told_in_traffic() -> None:
    failure = Failure(FailureKind.NAME, "no such host")
    [fail] = seen(redirect_to_private_endpoint, *sent_on(MINIO_LINK, None, failure=failure))
    assert fail.resource == "minio"
    assert "no such host" in fail.message


def test_a_client_that_never_follows_is_told_at_the_end() -> None:
    [fail] = seen(redirect_to_private_endpoint, sent_on(MINIO_LINK, 200)[0])
    assert "no client was seen to follow" in fail.message


def test_a_private_store_that_answers_and_a_public_one_are_not_told() -> None:
    assert not seen(redirect_to_private_endpoint, *sent_on(MINIO_LINK, 200))
    assert not seen(redirect_to_private_endpoint, sent_on(S3_LINK, 200)[0])
