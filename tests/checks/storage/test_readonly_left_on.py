"""Read-only mode is told with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.storage.readonly_left_on import readonly_left_on
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import API, PAGE, errors, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, FORK = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB


def test_read_only_mode_is_told_with_its_line(given: Given) -> None:
    config = given.config("storage:\n  inmemory: {}\n  maintenance:\n    readonly:\n      enabled: true\n")
    fail = given.fail(readonly_left_on, config=config)

    assert fail.evidence[0].line == 5
    assert fail.resource == "storage.maintenance.readonly.enabled"
    assert fail.remedy[Dialect.HELM].commands[0].endswith("'registry.maintenance.readonly.enabled=false'")
    assert "readonly:\n      enabled: false" in fail.remedy[Dialect.PLAIN].commands[0]


def test_a_variable_that_holds_the_whole_section_counts(given: Given) -> None:
    place = Place("environment of process 7", layer="environment")
    variable = ("REGISTRY_STORAGE_MAINTENANCE_READONLY", '{"enabled":true}', place)
    config = parse_registry_config(b"storage: {inmemory: {}}\n", "config.yml", [variable])

    assert given.fail(readonly_left_on, config=config).evidence[0].source == "environment of process 7"


@pytest.mark.parametrize(
    "text",
    [
        "{inmemory: {}}",
        "{inmemory: {}, maintenance: {readonly: {enabled: false}}}",
        "{inmemory: {}, maintenance: {uploadpurging: {enabled: true}}}",
        "{inmemory: {}, maintenance: {readonly: true}}",
    ],
)
def test_writing_is_the_rule(given: Given, text: str) -> None:
    given.passes(readonly_left_on, config=given.config(f"storage: {text}\n"))


def test_a_registry_that_allows_reading_alone_is_told_in_traffic() -> None:
    bare = exchanged("POST /v2/a/blobs/uploads/", 405, (*API, ("Allow", "GET, HEAD")), b"Method not allowed\n")
    assert len(seen(readonly_left_on, bare)) == 1


def test_a_refusal_of_another_kind_or_author_is_not_told() -> None:
    cache = exchanged("POST /v2/a/blobs/uploads/", 405, body=errors("UNSUPPORTED", "The operation is unsupported."))
    proxy = exchanged("POST /v2/a/blobs/uploads/", 405, (("Content-Type", "text/html"),), PAGE)
    assert not seen(readonly_left_on, cache, proxy, exchanged("POST /v2/a/blobs/uploads/", 202))
