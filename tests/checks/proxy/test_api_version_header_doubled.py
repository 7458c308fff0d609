"""The API version header that comes more often than the registry sends it is told, as information."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Severity
from regdoctor.checks.proxy.api_version_header_doubled import api_version_header_doubled
from regdoctor.evidence.answers import API_VERSION_HEADER
from tests.checks.seen_in_traffic import seen
from tests.traffic.seen_exchanges import exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

JOINED = (API_VERSION_HEADER, "registry/2.0, registry/2.0")


@pytest.mark.parametrize("joined", [False, True])
def test_twice_is_told(given: Given, joined: bool) -> None:
    headers = (JOINED,) if joined else (given.api, given.api)
    ping = given.ping(given.public_url, 401, *headers, given.bearer)

    fail = given.fail(
        api_version_header_doubled, public=given.public(ping), internal=given.internal(given.asks(given.inner_url))
    )

    assert fail.message.endswith("comes twice at https://registry.example.com:5050, and once from the registry itself")
    assert len(fail.evidence) == 2
    assert api_version_header_doubled.severity is Severity.INFO


def test_from_outside_it_is_told_of_the_address_alone(given: Given) -> None:
    ping = given.ping(given.public_url, 401, given.api, given.api)

    assert "the registry itself" not in given.fail(api_version_header_doubled, public=given.public(ping)).message


def test_once_and_not_at_all_pass(given: Given) -> None:
    assert "once" in given.passes(api_version_header_doubled, public=given.public(given.asks()))
    without = given.ping(given.public_url, 200, given.json, body=b"{}")
    assert "not at all" in given.passes(api_version_header_doubled, public=given.public(without))


def test_a_registry_that_doubles_it_itself_passes(given: Given) -> None:
    twice = [given.ping(url, 401, given.api, given.api) for url in (given.public_url, given.inner_url)]

    assert given.passes(api_version_header_doubled, public=given.public(twice[0]), internal=given.internal(twice[1]))


def test_without_a_registry_it_does_not_apply(given: Given) -> None:
    assert given.skips(api_version_header_doubled, public=given.public(given.gateway()))


def test_a_header_that_comes_twice_is_told_in_traffic() -> None:
    header = ("Docker-Distribution-Api-Version", "registry/2.0")

    assert len(seen(api_version_header_doubled, exchanged("GET /v2/", 200, (header, header)))) == 1
    assert not seen(api_version_header_doubled, exchanged("GET /v2/", 200, (header,)))
    assert not seen(api_version_header_doubled, exchanged("GET /v2/a/tags/list", 200, (header, header)))
