"""A cache that something means to push to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.pull_through_cache import pull_through_cache
from regdoctor.evidence.product import Generation
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import API, errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB

CACHE = "storage: {inmemory: {}, delete: {enabled: true}}\nproxy:\n  remoteurl: https://registry-1.docker.io\n"
TOKENS = "auth:\n  token:\n    realm: https://gitlab.example.com/jwt/auth\n"


def test_gitlabs_registry_is_no_cache(given: Given) -> None:
    fail = given.fail(pull_through_cache, config=given.config(CACHE + TOKENS), product=given.product(V2, 2, 8))

    assert [quote.line for quote in fail.evidence] == [3, 6]
    assert "registry-1.docker.io" in fail.message
    assert "Remove proxy" in fail.remedy[Dialect.PLAIN].text


def test_gitlab_may_be_known_by_its_own_configuration(given: Given) -> None:
    config = given.config(f"{CACHE}auth: {{token: {{service: container_registry}}}}\n")
    gitlab = given.gitlab("production:\n  registry:\n    enabled: true\n")

    given.fail(pull_through_cache, config=config, product=given.product(), gitlab=gitlab)


def test_to_hear_of_pushes_alone_from_a_cache_is_to_hear_nothing(given: Given) -> None:
    more = "notifications:\n  endpoints:\n    - {name: a, url: 'https://a', ignore: {actions: [pull]}}\n"
    fail = given.fail(pull_through_cache, config=given.config(CACHE + more), product=given.product(V3, 3))

    assert fail.evidence[1].line == 6


@pytest.mark.parametrize(
    "more",
    [
        "",
        "auth: {htpasswd: {realm: r, path: /p}}\n",
        "notifications: {endpoints: [{name: a, url: 'https://a', ignore: {actions: [push]}}]}\n",
        "notifications: {endpoints: [{name: a, url: 'https://a'}]}\n",
    ],
)
def test_a_plain_cache_is_healthy(given: Given, more: str) -> None:
    gitlab = given.gitlab("production:\n  registry:\n    enabled: true\n")

    given.passes(pull_through_cache, config=given.config(CACHE + more), product=given.product(V2, 2, 8), gitlab=gitlab)


@pytest.mark.parametrize("proxy", ["", "proxy: {remoteurl: ''}\n", "proxy: {}\n"])
def test_without_a_remote_it_is_no_cache(given: Given, proxy: str) -> None:
    config = given.config(f"storage: {{inmemory: {{}}}}\n{proxy}{TOKENS}")

    given.passes(pull_through_cache, config=config, product=given.product(V2, 2, 8))


def test_gitlabs_own_registry_knows_no_caches(given: Given) -> None:
    given.skips(pull_through_cache, config=given.config(CACHE + TOKENS), product=given.product(FORK, 4, 29, 0))


START = "POST /v2/group/app/blobs/uploads/"
UNSUPPORTED = errors("UNSUPPORTED", "The operation is unsupported.")


def test_a_push_that_a_cache_refuses_at_its_start_is_told_in_traffic() -> None:
    [fail] = seen(pull_through_cache, exchanged(START, 405, body=UNSUPPORTED))

    assert "takes no pushes" in fail.message
    assert fail.resource == "https://registry.example.com"


def test_pushes_that_are_taken_or_refused_for_another_reason_are_not_told() -> None:
    of_gitlab = (*API, ("Gitlab-Container-Registry-Version", "4.40.0-gitlab"))
    manifest = "PUT /v2/group/app/manifests/1"
    for recorded in (
        exchanged(START, 202),
        exchanged(START, 405, body=b"Method not allowed\n"),
        exchanged(START, 405, of_gitlab, UNSUPPORTED),
        exchanged(START, 405, body=UNSUPPORTED, by_recorder="no"),
        exchanged(f"{START}?mount=sha256:{'a' * 64}&from=group/base", 405, body=UNSUPPORTED),
        exchanged(manifest, 405, body=errors("UNSUPPORTED", "Invalid parameter at 'ImageManifest'")),
        exchanged(f"DELETE /v2/group/app/manifests/sha256:{'a' * 64}", 405, body=UNSUPPORTED),
    ):
        assert not seen(pull_through_cache, recorded)
