"""Pull that is missing on the repository that layers come from is a finding where the registry refuses it as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.checks.auth.mount_source_not_granted import mount_source_not_granted
from regdoctor.distribution.tokens import Access, read_token, sign_token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.scope_trial import MountTrial, ScopeTrial
from tests.evidence.token_traffic import Traffic, body, challenge, jwt_of, may

if TYPE_CHECKING:
    from tests.checks.conftest import Given

REALM = Exchange("GET", "https://gitlab.example.com/jwt/auth", status=200)
PUSH = Access("repository", "g/p", ("pull", "push"))


def _trial(given: Given, *granted: Access, listing: int | None = 401, opaque: bool = False) -> ScopeTrial:
    signed = sign_token(given.rsa(1), issuer="i", audience="s", subject="u", access=granted, now=1_700_000_000)
    tags = given.exchange(f"{given.public_url}/v2/g/base/tags/list?n=1", listing) if listing else None
    mount = MountTrial("g/base", REALM, None if opaque else read_token(signed.reveal()), tags)
    return ScopeTrial("bob", "g/p", ("pull",), REALM, None, None, mount)


def test_a_token_without_the_source_is_a_finding(given: Given) -> None:
    fail = given.fail(mount_source_not_granted, trial=_trial(given, PUSH))
    assert fail.message.startswith("bob is granted no pull on g/base: layers are not mounted from there into g/p")
    assert fail.resource == "g/base"
    assert "granted nothing on g/base" in fail.evidence[0].quote


@pytest.mark.parametrize("actions", [("pull",), ("*",), ("pull", "push")])
def test_a_token_with_the_source_passes(given: Given, actions: tuple[str, ...]) -> None:
    source = Access("repository", "g/base", actions)
    assert "g/base" in given.passes(mount_source_not_granted, trial=_trial(given, PUSH, source, listing=404))


def test_push_alone_on_the_source_does_not_open_it(given: Given) -> None:
    fail = given.fail(mount_source_not_granted, trial=_trial(given, Access("repository", "g/base", ("push",))))
    assert "granted push on g/base" in fail.evidence[0].quote


def test_actions_of_any_text_stay_on_one_short_line(given: Given) -> None:
    odd = Access("repository", "g/base", ("\n\x1b[2J", "y" * 9999))
    quote = given.fail(mount_source_not_granted, trial=_trial(given, odd)).evidence[0].quote
    assert quote.isprintable()
    assert len(quote) < 300


@pytest.mark.parametrize("listing", [200, 404, 502, None])
def test_a_registry_that_does_not_refuse_leaves_it_unknown(given: Given, listing: int | None) -> None:
    assert "g/base" in given.unknown(mount_source_not_granted, trial=_trial(given, PUSH, listing=listing))


def test_a_token_that_cannot_be_read_leaves_it_unknown(given: Given) -> None:
    assert "200" in given.unknown(mount_source_not_granted, trial=_trial(given, opaque=True))


def test_where_no_source_was_named_it_does_not_apply(given: Given) -> None:
    assert "--mount-from" in given.skips(
        mount_source_not_granted, trial=ScopeTrial("bob", "g/p", ("pull",), REALM, None, None)
    )


def _mounted(status: int, *access: Access, asked: str = "repository:other:pull") -> Traffic:
    seen = Traffic()
    seen.sent_away()
    seen.given(jwt_of(*access), "repository:a/b:pull,push", asked)
    refusal = ((challenge("insufficient_scope"),), body("UNAUTHORIZED")) if status == 401 else ((), b"")
    target = f"POST /v2/a/b/blobs/uploads/?mount=sha256:{'0' * 64}&from=other"
    seen.ask(target, status, *refusal[0], content=refusal[1])
    return seen


@pytest.mark.parametrize("status", [202, 401])
def test_traffic_shows_a_mount_that_comes_to_nothing_for_its_source(status: int) -> None:
    fail = _mounted(status, may("a/b", "pull", "push")).only("mount_source_not_granted").fail

    assert fail.resource == "other"


def test_a_mount_of_a_blob_that_the_source_has_not_is_healthy() -> None:
    assert _mounted(202, may("a/b", "pull", "push"), may("other", "pull")).findings() == []
    assert _mounted(202, may("a/b", "pull", "push"), asked="repository:c:pull").findings() == []
