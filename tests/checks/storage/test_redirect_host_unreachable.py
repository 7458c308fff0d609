"""A redirect that leads nowhere from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.storage.redirect_host_unreachable import redirect_host_unreachable
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.redirect_reach import RedirectReach

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
    assert fail.resource == STORE
    assert "X-Amz-Signature=s" not in fail.message


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
