"""Manifests of schema version 1 are found where they are served, refused or only stored, and not made up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Quote, Severity
from regdoctor.checks.manifests.schema1_manifests import schema1_manifests
from regdoctor.distribution.media_types import ACCEPT_ALL, DOCKER_SCHEMA1_SIGNED
from regdoctor.evidence.manifest_samples import Schema1Manifest, ServedManifests, StoredManifests
from regdoctor.evidence.recorded import Recorded
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import API, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

OFF = "version: 0.1\ncompatibility:\n  schema1:\n    enabled: false\n"
ON = OFF.replace("false", "true")


def _one(served: bool | None, reference: str = "old") -> Schema1Manifest:
    return Schema1Manifest("group/app", reference, Quote("there", f"seen {served}"), served)


def test_one_that_is_served_is_a_warning(given: Given) -> None:
    fail = given.fail(schema1_manifests, served=ServedManifests((_one(True),), 3, complete=True))
    assert fail.severity is Severity.WARNING
    assert fail.message.startswith("1 image has a manifest of schema version 1 (group/app:old)")
    assert fail.resource == "group/app"
    assert "v2.13.1-gitlab" in fail.remedy[Dialect.HELM].commands[0]


def test_one_that_is_refused_is_an_error_and_named_first(given: Given) -> None:
    sample = ServedManifests((_one(True, "served"), _one(False, "refused")), 3, complete=True)
    fail = given.fail(schema1_manifests, served=sample)
    assert fail.severity is Severity.ERROR
    assert "(group/app:refused)" in fail.message
    assert "refuses to serve them" in fail.message


@pytest.mark.parametrize("config", [OFF, ON])
def test_one_that_is_only_stored_is_a_warning(given: Given, config: str) -> None:
    sample = StoredManifests((_one(None),), 3, complete=True)
    fail = given.fail(schema1_manifests, stored=sample, config=given.config(config))
    assert fail.severity is Severity.WARNING
    assert ("newer registries" in fail.message) == (config == ON)
    assert fail.evidence[-1].line == 4


def test_the_same_image_seen_twice_counts_once_by_what_the_api_says(given: Given) -> None:
    fail = given.fail(
        schema1_manifests,
        served=ServedManifests((_one(False),), 1, complete=True),
        stored=StoredManifests((_one(None),), 1, complete=True),
    )
    assert fail.message.startswith("1 image")
    assert fail.severity is Severity.ERROR


def test_many_are_counted_and_some_are_shown(given: Given) -> None:
    found = tuple(_one(True, f"v{number}") for number in range(30))
    fail = given.fail(schema1_manifests, served=ServedManifests(found, 30, complete=False))
    assert "30 images" in fail.message
    assert "and 27 more" in fail.message
    assert len(fail.evidence) == 11
    assert "a sample" in fail.evidence[-1].quote


def test_the_setting_alone_is_information(given: Given) -> None:
    fail = given.fail(schema1_manifests, served=ServedManifests((), 3, complete=True), config=given.config(ON))
    assert fail.severity is Severity.INFO
    assert fail.evidence[0].line == 4
    assert "registry['compatibility_schema1_enabled'] = false" in fail.remedy[Dialect.OMNIBUS].commands


def test_none_among_many_passes_and_says_how_many(given: Given) -> None:
    message = given.passes(
        schema1_manifests,
        served=ServedManifests((), 50, complete=False),
        stored=StoredManifests((), 200, complete=True, unreadable=1),
        config=given.config(OFF),
    )
    assert "50 manifests, a sample" in message
    assert "200 manifests, which is all, 1 of them unreadable" in message


def test_an_empty_registry_passes(given: Given) -> None:
    assert given.passes(schema1_manifests, stored=StoredManifests((), 0, complete=True))


@pytest.mark.parametrize(
    "sample", [ServedManifests((), 5, complete=True, unreadable=5), ServedManifests((), 0, complete=False)]
)
def test_what_could_not_be_read_is_not_passed(given: Given, sample: ServedManifests) -> None:
    assert "no manifest could be read" in given.unknown(schema1_manifests, served=sample)


def test_nothing_looked_at_is_unknown_or_no_concern(given: Given) -> None:
    assert given.unknown(schema1_manifests) == given.not_here.reason
    assert given.no_such.reason in given.unknown(schema1_manifests, stored=given.no_such)
    given.skips(schema1_manifests, served=given.no_such, stored=given.no_such)


def _with(
    request: str, status: int, sent: tuple[str, str], came: tuple[str, str] | None = None, agent: str = "a/1"
) -> Recorded:
    recorded = exchanged(request, status, (*API, came) if came else API, agent=agent)
    headers = (*recorded.exchange.request_headers, sent)
    return replace(recorded, exchange=replace(recorded.exchange, request_headers=headers))


def test_schema1_that_is_pushed_refused_or_served_is_told_in_traffic() -> None:
    pushed = ("Content-Type", DOCKER_SCHEMA1_SIGNED)
    assert seen(schema1_manifests, _with("PUT /v2/a/manifests/b", 201, pushed))[0].severity is Severity.WARNING
    assert seen(schema1_manifests, _with("PUT /v2/a/manifests/b", 400, pushed))[0].severity is Severity.ERROR
    served = _with("GET /v2/a/manifests/b", 200, ("Accept", ACCEPT_ALL), ("Content-Type", DOCKER_SCHEMA1_SIGNED))
    assert seen(schema1_manifests, served)[0].severity is Severity.WARNING


def test_what_is_converted_for_an_old_client_or_tried_after_another_refusal_is_not_told() -> None:
    converted = _with("GET /v2/a/manifests/b", 200, ("Accept", "*/*"), ("Content-Type", DOCKER_SCHEMA1_SIGNED))
    tried = _with("PUT /v2/a/manifests/b", 400, ("Content-Type", DOCKER_SCHEMA1_SIGNED), agent="docker/20.10.24 go/1")
    assert not seen(schema1_manifests, converted, tried)
