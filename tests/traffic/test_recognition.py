"""Who was asked, told by addresses, answers and what went before."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Part
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.recorded import Shown
from regdoctor.evidence.story import Story
from regdoctor.traffic.recognition import origin_of
from tests.traffic.seen_exchanges import (
    API,
    CHALLENGE,
    PAGE,
    REALM,
    REGISTRY,
    errors,
    exchanged,
    given_token,
    recognised,
)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DIGEST = "sha256:" + "ab" * 32
LINK = (
    f"https://bucket.s3.amazonaws.com/docker/registry/v2/blobs/sha256/ab/{'ab' * 32}/data"
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x"
)


@pytest.mark.parametrize(
    ("headers", "body"),
    [(API, b""), (CHALLENGE, b""), ((), errors("UNAUTHORIZED", "authentication required"))],
)
def test_what_answers_as_a_registry_is_one_even_to_a_browser(headers: tuple[tuple[str, str], ...], body: bytes) -> None:
    call = recognised(exchanged("GET /v2/", 401, headers, body, agent=FIREFOX))
    assert (call.part, call.kind, call.number) == (Part.REGISTRY, ApiKind.PING, 7)


def test_an_origin_that_is_known_as_a_registry_stays_one() -> None:
    story = Story()
    story.registries[REGISTRY] = recognised(exchanged("GET /v2/", 200))
    assert recognised(exchanged("GET /v2/strange", 502, (), PAGE, agent=FIREFOX), story).part is Part.REGISTRY
    assert recognised(exchanged("GET /harbor/projects", 200, (), PAGE), story).part is Part.ELSEWHERE
    assert recognised(exchanged("GET /api/v2/users", 200, ()), story).part is Part.ELSEWHERE


@pytest.mark.parametrize(
    ("status", "failure"), [(None, Failure(FailureKind.TLS, "unknown authority")), (502, None), (None, None)]
)
def test_a_client_s_call_that_no_registry_answered_is_the_registry_s_by_its_path(
    status: int | None, failure: Failure | None
) -> None:
    call = recognised(exchanged("PATCH /v2/app/blobs/uploads/u", status, (), failure=failure))
    assert (call.part, call.kind, call.repository) == (Part.REGISTRY, ApiKind.UPLOAD_CHUNK, "app")


@pytest.mark.parametrize(
    "request_line",
    [
        "GET https://hub.example.com/v2/repositories/library/nginx",
        "GET https://api.example.com/v2/",
        "GET https://api.example.com/v2/users/tags/list",
        "GET https://gitlab.example.com/gitlab/v1/-/issues",
        "GET https://bucket.s3.amazonaws.com/avatar.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x",
        "GET https://login.example.com/authorize?client_id=a&service=b",
        "GET https://login.example.com/authorize?service=b&scope=urn:example:read",
        "POST https://login.example.com/oauth/token",
        "GET https://example.com/",
    ],
)
def test_a_browser_s_other_traffic_is_elsewhere(request_line: str) -> None:
    call = recognised(exchanged(request_line, 200, (), b"{}", agent=FIREFOX))
    assert (call.part, call.api, call.link, call.normal) == (Part.ELSEWHERE, None, None, True)


def test_a_realm_of_a_challenge_is_the_token_service_whatever_its_path() -> None:
    story = Story()
    story.realms[f"{REGISTRY}/v2/auth"] = REGISTRY
    call = recognised(exchanged("GET /v2/auth?service=x", 500), story)
    assert (call.part, call.api) == (Part.TOKEN_SERVICE, None)


@pytest.mark.parametrize(
    "query",
    [
        "service=container_registry&scope=repository%3Aapp%3Apull",
        "account=user&client_id=docker&offline_token=true&service=container_registry",
        "service=container_registry",
    ],
)
def test_a_token_service_is_told_by_its_form_where_no_challenge_was_recorded(query: str) -> None:
    assert recognised(exchanged(f"GET {REALM}?{query}", 403, ())).part is Part.TOKEN_SERVICE


def test_a_token_by_post_is_told_by_what_it_grants() -> None:
    token = given_token(Access("repository", "app", ("pull",)))
    assert recognised(exchanged("POST https://a.example.com/x", 200, (), b"{}", given=token)).part is Part.TOKEN_SERVICE


def test_a_link_is_a_bucket_s_and_not_the_registry_whose_path_is_in_its_key() -> None:
    call = recognised(exchanged(f"GET {LINK}", 200, (), agent=""))
    assert (call.part, call.api, call.sent_by) == (Part.STORE, None, None)
    assert call.link is not None
    assert (call.link.kind, call.link.digest) == (StoreKind.S3, DIGEST)


def test_where_the_registry_sends_a_client_for_a_blob_is_its_store() -> None:
    story = Story()
    sender = recognised(exchanged(f"GET /v2/app/blobs/{DIGEST}", 307))
    story.sent_to["https://cdn.example.com/x"] = sender
    call = recognised(exchanged("GET https://cdn.example.com/x?verify=1", 403, ()), story)
    assert (call.part, call.link, call.sent_by) == (Part.STORE, None, 7)
    story.sent_to["https://cdn2.example.com/x"] = call
    assert recognised(exchanged("GET https://cdn2.example.com/x", 200, ()), story).part is Part.ELSEWHERE


def test_a_redirect_to_another_scheme_leads_to_the_registry_still() -> None:
    story = Story()
    story.sent_to[f"{REGISTRY}/v2/"] = recognised(exchanged("GET http://registry.example.com/v2/", 301))
    call = recognised(exchanged("GET /v2/", 502, (), agent=FIREFOX), story)
    assert (call.part, call.sent_by) == (Part.REGISTRY, 7)


def test_a_registry_s_own_calls_of_its_bucket_are_told_by_their_signature() -> None:
    signed = Shown("AWS4-HMAC-SHA256", "0")
    assert (
        recognised(exchanged("PUT https://minio:9000/b/docker/registry/v2/x", 200, (), shown=signed)).part is Part.STORE
    )
    assert recognised(exchanged("POST https://sts.amazonaws.com/", 200, (), shown=signed)).part is Part.ELSEWHERE


def test_gitlab_is_told_by_its_header_or_as_the_host_of_the_token_service() -> None:
    story = Story()
    story.realms[REALM] = REGISTRY
    jobs = exchanged("POST https://gitlab.example.com/api/v4/jobs/request", 204, ())
    assert recognised(jobs, story).part is Part.GITLAB
    assert recognised(jobs).part is Part.ELSEWHERE
    assert recognised(exchanged("GET https://h/x", 200, (("X-Gitlab-Meta", "{}"),))).part is Part.GITLAB


def test_the_origin_of_an_address() -> None:
    assert origin_of("HTTPS://registry.example.com:5050/v2/?x") == "https://registry.example.com:5050"
    assert origin_of("https://h?x=/") == "https://h"


texts = st.text(max_size=30)


@given(texts, texts, st.none() | st.integers(-1, 700), st.binary(max_size=60), st.lists(st.tuples(texts, texts)), texts)
def test_nothing_raises_and_every_call_has_a_meaning_in_one_short_line(
    method: str, target: str, status: int | None, body: bytes, headers: list[tuple[str, str]], scheme: str
) -> None:
    names = ("Location", "Range", "WWW-Authenticate", "Content-Type", "Content-Length")
    listed = (*headers, *((name, value) for name, (_, value) in zip(names, headers, strict=False)))
    for start in (
        "",
        "https://h/",
        "/v2/",
        "/v2/a/blobs/uploads/",
        "/v2/a/manifests/",
        "/gitlab/v1/",
        f"{REALM}?service=",
    ):
        recorded = exchanged(
            f"{method.replace(' ', '')} {start}{target}", status, listed, body, shown=Shown(scheme, "0")
        )
        meaning = recognised(recorded).meaning
        assert meaning
        assert meaning.isprintable()
        assert len(meaning) < 400


@pytest.mark.parametrize("piece", ["a/", "%2F", "/v2", "&service=a", "&scope=a:b:c", "Mozilla/"])
def test_a_target_of_a_megabyte_takes_linear_time(piece: str) -> None:
    recorded = exchanged(
        f"GET /v2/?service=a{piece * ((1 << 20) // len(piece))}", 500, ((("Location", piece * 100000)),)
    )
    begun = time.process_time()
    recognised(recorded)
    assert time.process_time() - begun < 8
