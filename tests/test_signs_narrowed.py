"""What a sign declares to be about leaves out no call in which it would find something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from regdoctor import catalogue
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Part
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.recorded import Recorded, Shown
from regdoctor.evidence.story import Story
from regdoctor.sign import Sign
from regdoctor.traffic.recognition import recognise
from regdoctor.traffic.story_growth import grow
from tests.checks.seen_in_traffic import AZURE_LINK, BLOB, DIGEST, GCS_LINK, S3_LINK, refusal
from tests.traffic.conversation import TOKEN, Conversation
from tests.traffic.seen_exchanges import API, BEARER, PAGE, REALM, errors, exchanged

UPLOAD = "/v2/group/app/blobs/uploads/"
REQUESTS = (
    *(
        "GET /v2/",
        "GET /v2/_catalog?n=99999",
        "GET /v2/group/app/tags/list?n=99999",
        "DELETE /v2/group/app/manifests/1",
    ),
    *(f"{method} {BLOB}" for method in ("HEAD", "GET", "DELETE")),
    *(f"{method} /v2/group/app/manifests/{DIGEST}" for method in ("HEAD", "GET", "PUT", "DELETE")),
    *(f"POST {UPLOAD}", f"POST {UPLOAD}?digest={DIGEST}", f"POST {UPLOAD}?mount={DIGEST}&from=group/base"),
    *(f"{method} {UPLOAD}1-2-3?digest={DIGEST}" for method in ("PATCH", "PUT", "GET", "DELETE")),
    *(f"GET {REALM}?service=container_registry&scope=repository:group/app:pull", f"POST {REALM}"),
    *(f"{method} {link}" for method in ("HEAD", "GET") for link in (S3_LINK, GCS_LINK, AZURE_LINK)),
    *("GET https://gitlab.example.com/api/v4/projects", "GET https://www.example.com/"),
)
STATUSES = (None, 200, 201, 202, 301, 302, 307, 400, 401, 403, 404, 405, 411, 413, 415, 416, 429, 431, 499, 500, 501)
FURTHER = (502, 503, 504, 507, 524, 599, 600, 999)
CODES = (
    *("UNAUTHORIZED", "DENIED", "UNSUPPORTED", "NAME_INVALID", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "MANIFEST_INVALID"),
    *("MANIFEST_BLOB_UNKNOWN", "MANIFEST_REFERENCE_LIMIT", "DIGEST_INVALID", "BLOB_UPLOAD_INVALID", "TOOMANYREQUESTS"),
    *("BLOB_UPLOAD_UNKNOWN", "RANGE_INVALID", "PAGINATION_NUMBER_INVALID", "UNAVAILABLE"),
)
DRIVERS = (
    *("filesystem: mkdir /data: permission denied", "filesystem: mkdir /data: no space left on device"),
    *("filesystem: mkdir /data: read-only file system", "s3aws: AccessDenied: no", "s3aws: SlowDown: reduce"),
)
STORES = (
    *("AccessDenied", "NoSuchKey", "NoSuchBucket", "BlobNotFound", "ContainerNotFound", "SignatureDoesNotMatch"),
    *(
        "AuthorizationPermissionMismatch",
        "AuthenticationFailed",
        "SlowDown",
        "InvalidArgument",
        "KMS.DisabledException",
    ),
)
BODIES: tuple[Any, ...] = (
    b"",
    PAGE,
    *(errors(code, "it is not to be") for code in CODES),
    *({"errors": [{"code": "UNKNOWN", "message": "unknown", "detail": detail}]} for detail in DRIVERS),
    *(refusal(code) for code in STORES),
)
INVALID = (("WWW-Authenticate", f'Bearer realm="{REALM}",service="s",error="invalid_token"'), *API)
HEADERS = (API, INVALID, (*API, ("Location", "http://10.0.0.1:5000/v2/group/app/blobs/uploads/1-2-3?_state=x")), ())
MORE: tuple[dict[str, Any], ...] = (
    {},
    {"shown": Shown("Bearer", "b" * 12, TOKEN)},
    {"shown": Shown("Basic", "c" * 12)},
    {"shown": BEARER, "http_version": "HTTP/1.0"},
    {"given": Shown("", "d" * 12, TOKEN)},
    {"by_recorder": "server closed connection"},
    {"failure": Failure(FailureKind.REFUSED, "registry.example.com:443: connection refused")},
)
ANSWERS = [
    *product((400, 401, 403, 404, 405, 413, 429, 500, 502, 503), BODIES, HEADERS[:1], MORE[:1]),
    *product((*STATUSES, *FURTHER), BODIES[:1], HEADERS[1:3], MORE[1:4]),
    *product((None, 200, 202, 307, 401, 502), BODIES[:1], HEADERS[:3], MORE),
]


def variants(request: str) -> Iterator[Recorded]:
    for status, body, headers, more in ANSWERS:
        yield exchanged(request, status, headers, body, **more)


@pytest.mark.parametrize("request_line", REQUESTS)
def test_no_finding_is_lost_by_what_a_sign_declares(request_line: str) -> None:
    talk, story = Conversation(), Story(capture_origin="http://127.0.0.1:5001")
    talk.push("group/app", "1", "one")
    talk.from_bucket("GET", "group/app", "one", 200)
    for number, one in enumerate(talk.said, 1):
        grow(story, recognise(one, number, story))
    signs = [one for one in catalogue.signs() if isinstance(one, Sign)]
    for number, one in enumerate(variants(request_line), len(talk.said) + 1):
        call = recognise(one, number, story)
        for sign in signs:
            if not sign.is_about(call.part, call.kind, call.status):
                found = sign.judge(call, story)
                assert not (found is not None and [*(found if isinstance(found, tuple | list) else [found])]), sign
        if number % 50 == 0:
            grow(story, call)


def test_calls_that_go_well_are_shown_to_few_signs() -> None:
    signs = [one for one in catalogue.signs() if isinstance(one, Sign)]
    usual = (
        (Part.REGISTRY, ApiKind.BLOB_HEAD, 404),
        (Part.REGISTRY, ApiKind.UPLOAD_START, 202),
        (Part.REGISTRY, ApiKind.UPLOAD_CHUNK, 202),
        (Part.REGISTRY, ApiKind.UPLOAD_FINISH, 201),
        (Part.REGISTRY, ApiKind.BLOB_GET, 307),
        (Part.STORE, None, 200),
    )
    assert max(sum(one.is_about(*about) for one in signs) for about in usual) <= 10
