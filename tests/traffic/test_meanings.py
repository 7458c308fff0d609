"""The sentences that say what a call meant."""

from __future__ import annotations

import pytest

from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.recorded import Recorded, Shown
from regdoctor.traffic.registry_meanings import _THINGS
from regdoctor.traffic.registry_successes import _DONE
from tests.traffic.seen_exchanges import (
    API,
    BEARER,
    CHALLENGE,
    PAGE,
    REALM,
    errors,
    exchanged,
    given_token,
    recognised,
)

DIGEST = "sha256:" + "ab" * 32
BUCKET = f"https://bucket.s3.amazonaws.com/docker/registry/v2/blobs/sha256/ab/{'ab' * 32}/data?X-Amz-Algorithm=a"
PUSH = Access("repository", "group/app", ("pull", "push"))
TOKEN = f"GET {REALM}?service=s&scope=repository:group/app:pull,push"
PIECE = "PATCH /v2/app/blobs/uploads/u"
BASIC = (*API, ("WWW-Authenticate", 'Basic realm="x"'))
TOO_NARROW = (
    *API,
    ("WWW-Authenticate", 'Bearer realm="r",service="s",scope="repository:app:push",error="insufficient_scope"'),
)


@pytest.mark.parametrize(
    ("recorded", "meaning"),
    [
        (exchanged("GET /v2/", 200), "the registry is there, and asks for no login"),
        (exchanged("GET /v2/", 200, shown=BEARER), "the registry is there, and takes the token"),
        (exchanged("GET /v2/", 200, shown=Shown("Basic", "0")), "the registry is there, and takes the login"),
        (exchanged("GET /v2/", 401, CHALLENGE), "the registry asks for a token first, as it does of everybody"),
        (exchanged("GET /v2/", 401, BASIC), "the registry asks for a login first, as it does of everybody"),
        (exchanged("GET /v2/", 401, CHALLENGE, shown=BEARER), "the registry does not take the token that was sent"),
        (
            exchanged(PIECE, 401, TOO_NARROW, shown=BEARER),
            "the registry takes the token, but it does not grant repository:app:push",
        ),
        (exchanged(f"HEAD /v2/app/blobs/{DIGEST}", 404), "the registry has no such blob, as is normal before a push"),
        (
            exchanged(f"HEAD /v2/app/blobs/{DIGEST}", 200, (*API, ("Content-Length", "5242880"))),
            "the registry has the blob, 5,242,880 bytes",
        ),
        (
            exchanged(f"HEAD /v2/app/blobs/{DIGEST}", 307, (*API, ("Location", BUCKET))),
            "the registry sends the client to the S3 bucket at bucket.s3.amazonaws.com for the blob",
        ),
        (
            exchanged(f"GET /v2/app/blobs/{DIGEST}", 200, response_size=1),
            "the registry itself hands out the blob, 1 byte",
        ),
        (
            exchanged("GET /v2/app/manifests/v1", 404, API, errors("MANIFEST_UNKNOWN", "manifest unknown")),
            "the registry has no v1 in app",
        ),
        (
            exchanged(f"PUT /v2/group/app/manifests/{DIGEST}", 201),
            "the registry stores the manifest of group/app, sha256:abababababab…",
        ),
        (
            exchanged("PUT /v2/app/manifests/v1", 400, API, errors("MANIFEST_INVALID", "manifest invalid")),
            "the registry refuses the manifest with 400 MANIFEST_INVALID: manifest invalid",
        ),
        (exchanged("POST /v2/app/blobs/uploads/", 202), "the upload of a blob begins"),
        (
            exchanged("POST /v2/app/blobs/uploads/?mount=a&from=b", 202),
            "the blob is not mounted from b, and has to be sent",
        ),
        (
            exchanged("POST /v2/app/blobs/uploads/?mount=a&from=b", 201),
            "the blob is mounted from b, and need not be sent",
        ),
        (exchanged(PIECE, 202, (*API, ("Range", "0-5242879"))), "upload goes on at byte 5,242,880"),
        (exchanged(PIECE, 202, (*API, ("Range", "0-0"))), "upload goes on at byte 0"),
        (exchanged(PIECE, 413, (), PAGE), "nginx, not the registry, answers 413: it finds the body too large"),
        (
            exchanged(PIECE, 500, API, errors("UNKNOWN", "unknown error")),
            "the registry fails at a piece of the upload with 500 UNKNOWN: unknown error",
        ),
        (
            exchanged(PIECE, 416),
            "the registry refuses a piece of the upload with 416: it has another offset than the client",
        ),
        (exchanged("PUT /v2/app/blobs/uploads/u?digest=a", 201), "the blob is complete and stored"),
        (exchanged("GET /v2/app/tags/list", 200, API, {"tags": ["a", "b"]}), "the registry lists 2 tags"),
        (exchanged("GET /v2/_catalog", 200, API, {"repositories": ["a"]}), "the registry lists 1 repository"),
        (exchanged("GET /gitlab/v1/repositories/a/", 200), "GitLab's own API answers: get details of repository a"),
        (exchanged("GET /v2/", 200, (), PAGE), "a page for people in the place of the registry's answer"),
        (
            exchanged(TOKEN, 200, (), given=given_token(PUSH)),
            "a token for repository:group/app:pull,push, good for 5 minutes",
        ),
        (
            exchanged(TOKEN, 200, (), given=given_token()),
            "a token that grants nothing of repository:group/app:pull,push, good for 5 minutes",
        ),
        (
            exchanged(TOKEN, 200, (), {"token": "x", "expires_in": 3600}, given=Shown("", "0")),
            "a token for repository:group/app:pull,push, good for 1 hour",
        ),
        (
            exchanged(f"GET {REALM}?service=s&account=u", 200, (), given=given_token()),
            "a token for the login alone, which grants nothing, good for 5 minutes",
        ),
        (exchanged(TOKEN, 200, (), {"tok": 1}), "an answer without a token"),
        (exchanged(TOKEN, 401, (), shown=Shown("Basic", "0")), "the token service refuses the login"),
        (
            exchanged(TOKEN, 403, (), errors("DENIED", "access forbidden")),
            "the token service refuses the token with 403 DENIED: access forbidden",
        ),
        (exchanged(f"HEAD {BUCKET}", 403, ()), "the bucket refuses HEAD with 403 and no body"),
        (
            exchanged(f"GET {BUCKET}", 403, (), b"<Error><Code>SignatureDoesNotMatch</Code></Error>"),
            "the bucket refuses GET with 403 SignatureDoesNotMatch",
        ),
        (exchanged(f"GET {BUCKET}", 200, (), response_size=1234), "the bucket hands out the blob, 1,234 bytes"),
        (exchanged(f"GET {BUCKET}", 404, ()), "the bucket has no such object"),
        (
            exchanged(PIECE, 502, by_recorder="server closed connection"),
            "the recorder itself answered 502: server closed connection",
        ),
        (
            exchanged(PIECE, failure=Failure(FailureKind.RESET, "peer closed connection")),
            "no answer: peer closed connection",
        ),
        (
            exchanged("GET https://example.com/", 404, ()),
            "none of the registry's traffic: example.com answered 404: it knows no such thing",
        ),
    ],
)
def test_a_call_is_told_in_one_sentence(recorded: Recorded, meaning: str) -> None:
    assert recognised(recorded).meaning == meaning


@pytest.mark.parametrize("kind", ApiKind)
def test_every_call_has_words_for_success_and_refusal(kind: ApiKind) -> None:
    assert kind in _DONE
    assert kind in _THINGS


def test_a_secret_in_a_server_s_words_is_not_told() -> None:
    secret = "glpat-" + "x" * 20
    call = recognised(exchanged(PIECE, 400, API, errors("SIZE_INVALID", f"see {secret}\nand more")))
    assert secret not in call.meaning
    assert call.meaning.isprintable()
