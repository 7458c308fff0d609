"""Traffic of registries and stores that are well, as each of them answers, gives no finding at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.telling import Telling
from tests.checks.seen_in_traffic import AZURE_LINK, DIGEST, GCS_LINK, IN_TIME, S3_LINK, sent_on
from tests.traffic.conversation import Conversation
from tests.traffic.seen_exchanges import API, BEARER, CHALLENGE, REALM, errors, exchanged

Headers = tuple[tuple[str, str], ...]
UNAUTHORIZED = errors("UNAUTHORIZED", "authentication required")
NGINX = (("Server", "nginx/1.27.4"), *API)
GITLABS = (*NGINX, ("Gitlab-Container-Registry-Version", "4.39.0-gitlab"), ("Gitlab-Container-Registry-Features", "x"))
HARBOR = (("Server", "nginx"), ("Docker-Distribution-Api-Version", "registry/2.0"), ("X-Request-Id", "1"))
QUAY = (("Server", "nginx/1.22.1"), ("Docker-Distribution-API-Version", "registry/2.0"))
ECR: Headers = (("Docker-Distribution-Api-Version", "registry/2.0"), ("Sizes", ""))
NONE: Headers = (("Server", "zot"),)


def state(offset: int) -> str:
    return cleaned_upload_state(UploadState("a", "u", offset, None))


def pushed(origin: str, headers: Headers, location: str, *, has_state: bool = True) -> list[Recorded]:
    """docker push of one layer: location is what begins the Location of each answer."""

    def asked(request: str, status: int, *more: tuple[str, str], body: object = b"", **other: object) -> Recorded:
        method, _, path = request.partition(" ")
        target = path if "://" in path else f"{origin}{path}"
        return exchanged(f"{method} {target}", status, (*headers, *more), body, **other)  # type: ignore[arg-type]

    def upload(offset: int) -> str:
        return f"/v2/a/blobs/uploads/u{f'?_state={state(offset)}' if has_state else ''}"

    def leads(offset: int) -> Headers:
        return (("Location", f"{location}{upload(offset)}"), ("Range", f"0-{max(0, offset - 1)}"))

    end = upload(10) + ("&" if has_state else "?") + f"digest={DIGEST}"
    chunked = ("Transfer-Encoding", "chunked")
    piece = asked(f"PATCH {upload(0)}", 202, *leads(10), shown=BEARER, request_size=10, request_digest=DIGEST)
    challenge = ("WWW-Authenticate", f'Bearer realm="{REALM}",service="container_registry"')
    return [
        asked("GET /v2/", 401, challenge, body=UNAUTHORIZED),
        exchanged(f"GET {REALM}?service=container_registry&scope=repository:a:pull,push", 200, ()),
        asked(f"HEAD /v2/a/blobs/{DIGEST}", 404, shown=BEARER),
        asked("POST /v2/a/blobs/uploads/", 202, *leads(0), shown=BEARER),
        replace(piece, exchange=replace(piece.exchange, request_headers=(chunked,), seconds=70.0)),
        asked(f"PUT {end}", 201, ("Location", f"{location}/v2/a/blobs/{DIGEST}"), shown=BEARER, request_size=0),
        asked(f"HEAD /v2/a/blobs/{DIGEST}", 307, ("Location", S3_LINK), shown=BEARER),
        exchanged(f"HEAD {S3_LINK}", 200, ()),
        asked("HEAD /v2/a/manifests/latest", 404, shown=BEARER),
        asked("PUT /v2/a/manifests/latest", 201, ("Docker-Content-Digest", DIGEST), shown=BEARER),
        asked("GET /v2/a/manifests/latest", 200, ("Docker-Content-Digest", DIGEST), shown=BEARER),
        asked(f"GET /v2/a/referrers/{DIGEST}", 404, shown=BEARER),
    ]


@pytest.mark.parametrize(
    ("origin", "headers", "location", "has_state"),
    [
        ("https://registry.example.com", NGINX, "https://registry.example.com", True),
        ("https://registry.example.com:5050", NGINX, "https://registry.example.com:5050", True),
        ("https://registry.example.com:443", NGINX, "https://registry.example.com", True),
        ("http://127.0.0.1:5000", API, "http://127.0.0.1:5000", True),
        ("https://registry.example.com", NGINX, "", True),
        ("https://registry.gitlab.com", GITLABS, "https://registry.gitlab.com", True),
        ("https://harbor.example.com", HARBOR, "", True),
        ("https://quay.io", QUAY, "https://quay.io", False),
        ("https://registry-1.docker.io", API, "https://registry-1.docker.io", True),
        ("https://1.dkr.ecr.eu-central-1.amazonaws.com", ECR, "https://1.dkr.ecr.eu-central-1.amazonaws.com", False),
        ("https://zot.example.com", NONE, "", False),
    ],
)
def test_a_push_that_goes_well_is_no_finding(origin: str, headers: Headers, location: str, *, has_state: bool) -> None:
    assert found(pushed(origin, headers, location, has_state=has_state)) == []


def test_the_same_push_with_a_location_of_http_is_one() -> None:
    calls = pushed("https://registry.example.com", NGINX, "http://registry.example.com")

    assert found(calls) == ["location_wrong_scheme"]


def test_a_canary_of_another_version_and_a_delivery_network_are_no_finding() -> None:
    calls = pushed("https://registry.example.com", NGINX, "https://registry.example.com")
    canary = pushed("https://registry.example.com", GITLABS, "https://registry.example.com")
    cached = (("CF-Cache-Status", "HIT"), ("Age", "77"), ("Cache-Control", "public, max-age=31536000"))
    blob = exchanged(f"GET /v2/a/blobs/{DIGEST}", 200, (*API, *cached), shown=BEARER)
    manifest = exchanged(f"GET /v2/a/manifests/{DIGEST}", 200, (*API, *cached), shown=BEARER)

    assert found([*calls[:1], *canary[1:5], *calls[5:], blob, manifest]) == []


def test_layers_that_a_bucket_gives_are_no_finding() -> None:
    talk = Conversation()
    talk.push("group/app", "1", "one", "two")
    talk.pull("group/app", "1", "one", "two")

    assert found(talk.said) == []


@pytest.mark.parametrize("link", [S3_LINK, GCS_LINK, AZURE_LINK], ids=["S3", "GCS", "Azure"])
def test_a_store_that_gives_what_it_is_asked_for_whole_in_part_and_as_unchanged_is_no_finding(link: str) -> None:
    for status, method in ((200, "HEAD"), (200, "GET"), (206, "GET"), (304, "GET")):
        assert found(list(sent_on(link, status, IN_TIME, method=method))) == [], (status, method)


FIRST_LOOKS = [
    exchanged("GET /v2/", 401, CHALLENGE),
    exchanged(f"HEAD /v2/group/app/blobs/{DIGEST}", 404),
    exchanged("HEAD /v2/group/app/manifests/latest", 404),
    exchanged("GET /v2/group/app/manifests/latest", 404, body=errors("MANIFEST_UNKNOWN", "manifest unknown")),
    exchanged("GET /v2/group/app/manifests/latest", 404, (), body=errors("NOT_FOUND", "artifact not found")),
    exchanged(f"GET /v2/group/app/referrers/{DIGEST}", 404),
    exchanged("GET /v2/group/app/tags/list", 404, body=errors("NAME_UNKNOWN", "repository name not known")),
    exchanged(f"POST /v2/group/app/blobs/uploads/?mount={DIGEST}&from=a/b", 202),
    exchanged("GET /v2/_catalog", 401, (*API, ("WWW-Authenticate", "Bearer realm=x"))),
    exchanged("DELETE /v2/group/app/manifests/latest", 202),
    exchanged("GET /gitlab/v1/", 404),
    exchanged("PUT /v2/group/app/manifests/latest", 401, CHALLENGE, body=UNAUTHORIZED),
    exchanged("PUT /v2/group/app/manifests/latest", 403, body=errors("DENIED", "requested access is denied")),
]
"""What clients ask for to see whether it is there: distribution, GitLab's registry, Harbor, Quay, Docker Hub."""


@pytest.mark.parametrize("one", FIRST_LOOKS, ids=lambda one: f"{one.exchange.method} {one.exchange.status}")
def test_a_look_at_what_is_not_there_or_not_allowed_without_a_login_is_no_finding(one: Recorded) -> None:
    assert found([one]) == []


def found(recorded: list[Recorded]) -> list[str]:
    """The names of all checks that are told in a recording."""
    telling = Telling()
    for number, one in enumerate(recorded):
        exchange = replace(one.exchange, started=1_700_000_000.0 + number)
        telling.take(replace(one, exchange=exchange, ended=exchange.started + 0.5, client="10.0.0.1"))
    diagnosis = telling.end()
    assert not diagnosis.bugs
    return [sighting.check for sighting in diagnosis.sightings]
