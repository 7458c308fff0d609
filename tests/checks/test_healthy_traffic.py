"""Traffic of registries that are well, as each of them answers, gives no finding at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.telling import Telling
from tests.checks.seen_in_traffic import DIGEST, S3_LINK
from tests.traffic.seen_exchanges import API, BEARER, REALM, errors, exchanged

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


def found(recorded: list[Recorded]) -> list[str]:
    """The names of all checks that are told in a recording."""
    telling = Telling()
    for number, one in enumerate(recorded):
        exchange = replace(one.exchange, started=1_700_000_000.0 + number)
        telling.take(replace(one, exchange=exchange, ended=exchange.started + 0.5, client="10.0.0.1"))
    diagnosis = telling.end()
    assert not diagnosis.bugs
    return [sighting.check for sighting in diagnosis.sightings]
