"""A redirect that leads nowhere from here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.causes import Finding, explanations
from regdoctor.check import Severity
from regdoctor.checks.storage.redirect_host_unreachable import redirect_host_unreachable
from regdoctor.checks.storage.redirect_to_private_endpoint import redirect_to_private_endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.redirect_reach import RedirectReach
from tests.checks.seen_in_traffic import S3_LINK, seen, sent_on

if TYPE_CHECKING:
    from tests.checks.conftest import Given

STORE = "http://minio:9000"


def sent(given: Given, there: Exchange | None, not_asked: str = "") -> RedirectReach:
    """A registry that sends its clients to the store."""
    blob = given.exchange(f"{given.public_url}/v2/a/blobs/sha256:1", 307, ("Location", f"{STORE}/b?X-Amz-Signature=s"))
    return RedirectReach(blob, STORE, there, not_asked)


@pytest.mark.parametrize("kind", [FailureKind.NAME, FailureKind.REFUSED, FailureKind.TIMEOUT])
def test_a_store_that_is_not_reached_is_told(given: Given, kind: FailureKind) -> None:
    gone = given.exchange(f"{STORE}/b", fails=(kind, f"minio:9000: {kind.value}"))
    fail = given.fail(redirect_host_unreachable, reach=sent(given, gone))
    assert kind.value in fail.message
    assert fail.severity is None
    assert fail.resource == STORE
    assert "X-Amz-Signature=s" not in fail.message


def test_on_the_registrys_own_host_it_is_a_warning_for_clients_may_have_a_way(given: Given) -> None:
    gone = given.exchange(f"{STORE}/b", fails=(FailureKind.TIMEOUT, "no answer"))
    own = given.fail(redirect_host_unreachable, reach=sent(given, gone), installation=given.installation())
    assert own.severity is Severity.WARNING
    assert "the registry's own host" in own.message
    copied = replace(given.installation(), live=False)
    assert given.fail(redirect_host_unreachable, reach=sent(given, gone), installation=copied).severity is None


def test_the_setting_at_fault_explains_that_nobody_gets_there(given: Given) -> None:
    config = given.config(
        "storage: {s3: {bucket: b, regionendpoint: 'http://minio:9000'}}\nhttp: {host: 'https://r.io'}\n"
    )
    gone = given.exchange(f"{STORE}/b", fails=(FailureKind.NAME, "minio"))
    findings = [
        Finding(redirect_host_unreachable, given.fail(redirect_host_unreachable, reach=sent(given, gone))),
        Finding(redirect_to_private_endpoint, given.fail(redirect_to_private_endpoint, config=config)),
    ]
    assert explanations(findings) == {"redirect_host_unreachable": "redirect_to_private_endpoint"}


def test_whatever_answers_there_is_reached(given: Given) -> None:
    assert given.passes(redirect_host_unreachable, reach=sent(given, given.exchange(f"{STORE}/b", 206)))
    assert given.passes(redirect_host_unreachable, reach=sent(given, given.exchange(f"{STORE}/b", 403)))
    own = RedirectReach(given.exchange(f"{given.public_url}/v2/a/blobs/sha256:1"))
    assert given.passes(redirect_host_unreachable, reach=own)


def test_what_was_not_asked_or_fails_otherwise_is_left_open(given: Given) -> None:
    assert given.unknown(redirect_host_unreachable, reach=sent(given, None, "its cloud: not asked")) == (
        "its cloud: not asked"
    )
    untrusted = given.exchange(f"{STORE}/b", fails=(FailureKind.TLS, "unknown authority"))
    assert "unknown authority" in given.unknown(redirect_host_unreachable, reach=sent(given, untrusted))


def test_a_store_that_nobody_answers_at_is_told_in_traffic() -> None:
    [fail] = seen(redirect_host_unreachable, *sent_on(S3_LINK, None, failure=Failure(FailureKind.TIMEOUT, "too slow")))
    assert fail.resource == "images.s3.eu-central-1.amazonaws.com"
    found = seen(redirect_host_unreachable, *sent_on(S3_LINK, 502, by_recorder="Connection refused"))
    assert len(found) == 1
    broken_off = Failure(FailureKind.RESET, "the client went away")
    assert not seen(redirect_host_unreachable, *sent_on(S3_LINK, None, failure=broken_off))
    assert not seen(redirect_host_unreachable, *sent_on(S3_LINK, 200))
