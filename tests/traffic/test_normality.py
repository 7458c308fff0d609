"""Which answers are the protocol's own way, and which are refusals."""

from __future__ import annotations

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.story import Story
from tests.traffic.seen_exchanges import (
    API,
    BEARER,
    CHALLENGE,
    PAGE,
    REALM,
    exchanged,
    given_token,
    recognised,
)

DIGEST = "sha256:" + "ab" * 32
TO_BUCKET = (*API, ("Location", "https://bucket.example.com/x?X-Amz-Algorithm=a&X-Amz-Signature=b"))
PULL = Access("repository", "app", ("pull",))
ASKED = f"GET {REALM}?service=s&scope=repository:app:pull,push"


@pytest.mark.parametrize(
    "recorded",
    [
        exchanged("GET /v2/", 401, CHALLENGE),
        exchanged("GET /v2/", 200),
        exchanged("POST /v2/app/blobs/uploads/", 401, CHALLENGE),
        exchanged(f"HEAD /v2/app/blobs/{DIGEST}", 404),
        exchanged(f"HEAD /v2/app/blobs/{DIGEST}", 307, TO_BUCKET),
        exchanged(f"GET /v2/app/blobs/{DIGEST}", 307, TO_BUCKET),
        exchanged("HEAD /v2/app/manifests/latest", 404),
        exchanged(f"GET /v2/app/referrers/{DIGEST}", 404),
        exchanged(f"GET /v2/app/manifests/sha256-{'ab' * 32}.sig", 404),
        exchanged("POST /v2/app/blobs/uploads/?mount=sha256:a&from=b", 202),
        exchanged("GET /gitlab/v1/", 404),
        exchanged("GET /v2", 301, (*API, ("Location", "/v2/"))),
        exchanged(ASKED, 200, (), given=given_token(PULL)),
        exchanged(f"GET {REALM}?service=s&account=u", 200, (), given=given_token()),
    ],
)
def test_what_goes_as_it_should(recorded: Recorded) -> None:
    assert recognised(recorded).normal


@pytest.mark.parametrize(
    "recorded",
    [
        exchanged("GET /v2/", 401, CHALLENGE, shown=BEARER),
        exchanged("GET /v2/", 401),
        exchanged("GET /v2/", 200, (), PAGE),
        exchanged("GET /v2/", 302, (("Location", "https://gitlab.example.com/users/sign_in"),)),
        exchanged("POST /v2/app/blobs/uploads/", 301, (("Location", "https://h/v2/app/blobs/uploads/"),)),
        exchanged(f"GET /v2/app/blobs/{DIGEST}", 404),
        exchanged("GET /v2/app/manifests/latest", 404),
        exchanged(f"GET /v2/app/referrers/{DIGEST}", 404, (), PAGE),
        exchanged("PATCH /v2/app/blobs/uploads/u", 416),
        exchanged("PATCH /v2/app/blobs/uploads/u", 202, failure=Failure(FailureKind.RESET, "closed")),
        exchanged("PATCH /v2/app/blobs/uploads/u"),
        exchanged("PATCH /v2/app/blobs/uploads/u", 502, by_recorder="server closed connection"),
        exchanged(ASKED, 200, (), given=given_token()),
        exchanged(ASKED, 403, ()),
        exchanged("HEAD https://b.s3.amazonaws.com/k?X-Amz-Algorithm=a", 403, ()),
    ],
)
def test_what_does_not(recorded: Recorded) -> None:
    assert not recognised(recorded).normal


def test_a_token_service_without_post_is_asked_by_get_afterwards() -> None:
    story = Story()
    story.realms[REALM] = "https://registry.example.com"
    assert recognised(exchanged(f"POST {REALM}", 404, ()), story).normal
    assert not recognised(exchanged(f"GET {REALM}?service=s", 404, ()), story).normal
