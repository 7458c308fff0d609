"""Links that Azure refuses are told apart from the key, with the clock as their cause where it is."""

from __future__ import annotations

import dataclasses

import pytest

from regdoctor.checks.storage.azure_identity_refused import azure_identity_refused
from regdoctor.checks.storage.azure_links_refused import azure_links_refused
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.registry_uses import Area
from regdoctor.evidence.azure_access import AzureAccess, AzureCall
from regdoctor.evidence.exchange import Exchange
from tests.checks.conftest import Given
from tests.checks.seen_in_traffic import AZURE_LINK, refusal, seen, sent_on
from tests.checks.storage.azure_answers import SERVICE, access, answer

OWN = tuple(answer(operation, Area.BLOBS) for operation in (AzureOperation.HEAD, AzureOperation.GET))
LATE = (
    b"<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>"
    b"Signature not valid in the specified time frame</AuthenticationErrorDetail></Error>"
)


def link(given: Given, ahead: float, code: str = "AuthenticationFailed", body: bytes = b"") -> AzureCall:
    """A refused GET by a link, seen by a host whose clock is that many seconds ahead."""
    dated = given.date(SERVICE, -ahead, ("x-ms-error-code", code))
    exchange = Exchange("GET", SERVICE, status=403, headers=dated.headers, started=dated.started, body=body)
    return AzureCall(AzureOperation.SIGNED_GET, Area.BLOBS, "key", exchange)


def tried(*calls: AzureCall, begin: bool = True) -> AzureAccess:
    """What the store answered, by a driver whose links say when they begin, or do not."""
    found = access(*calls)
    container = dataclasses.replace(found.container, links_begin=begin, moves_by_link=begin)
    return dataclasses.replace(found, container=container)


@pytest.mark.parametrize(
    ("ahead", "begin", "body", "cause"),
    [
        (14.0, True, b"", "14 s ahead of Azure's"),
        (10.8, True, LATE, "11 s ahead of Azure's"),
        (10.8, True, b"", "(AuthenticationFailed)"),
        (14.0, False, b"", "(AuthenticationFailed)"),
        (-1300.0, False, b"", "1300 s behind Azure's"),
    ],
)
def test_the_clock_is_the_cause_where_the_links_times_say_so(
    given: Given, ahead: float, begin: bool, body: bytes, cause: str
) -> None:
    found = tried(*OWN, link(given, ahead, body=body), begin=begin)
    fail = given.fail(azure_links_refused, access=found, config=given.config("version: 0.1\n"))
    assert cause in fail.message
    assert fail.failure_modes == (("S3-19",) if "Azure's" in cause else ("S3-06",))
    broken = "pushes fail at the end of each layer" if begin else "pushes of layers that are there already"
    assert fail.message.endswith(f": pulls fail, and {broken}")


def test_a_refused_link_tells_nothing_of_the_key(given: Given) -> None:
    given.passes(azure_identity_refused, access=tried(*OWN, link(given, 14.0)))


def test_without_redirects_links_still_move_layers_with_distribution_3_alone(given: Given) -> None:
    config = given.config("version: 0.1\nstorage: {redirect: {disable: true}}\n")
    fail = given.fail(azure_links_refused, access=tried(*OWN, link(given, 14.0)), config=config)
    assert fail.message.endswith(": pushes fail at the end of each layer")
    given.skips(azure_links_refused, access=tried(*OWN, link(given, -1300.0), begin=False), config=config)


def test_links_that_hold_pass_and_what_the_identity_itself_lacks_is_told_elsewhere(given: Given) -> None:
    config = given.config("version: 0.1\n")
    held = answer(AzureOperation.SIGNED_GET, Area.BLOBS)
    given.passes(azure_links_refused, access=tried(*OWN, held), config=config)
    denied = answer(AzureOperation.GET, Area.BLOBS, "AuthorizationPermissionMismatch")
    given.skips(azure_links_refused, access=tried(OWN[0], denied, link(given, 14.0)), config=config)
    assert "no link" in given.unknown(azure_links_refused, access=tried(*OWN), config=config)


@pytest.mark.parametrize(
    ("code", "message", "mode"),
    [
        ("AuthenticationFailed", "Signature did not match", "S3-06"),
        ("AuthenticationFailed", "Signature not valid in the specified time frame", "S3-19"),
        ("AuthorizationFailure", "not authorized", "S3-06"),
    ],
)
def test_a_link_that_azure_refuses_is_told_in_traffic(code: str, message: str, mode: str) -> None:
    [fail] = seen(azure_links_refused, *sent_on(AZURE_LINK, 403, body=refusal(code, message), method="GET"))
    assert code in fail.message
    assert fail.failure_modes == (mode,)
    assert not seen(azure_links_refused, *sent_on(AZURE_LINK, 404, body=refusal("BlobNotFound"), method="GET"))
