"""For each thing that traffic shows, the check that speaks for it: fired by the one answer, silent at its neighbour.

Told by all signs together, so that no other check speaks as well. Tokens, clocks and the recorder's own answers need
longer stories: their checks' own tests tell them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.distribution.media_types import DOCKER_SCHEMA2
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.upload_states import UploadState, cleaned_upload_state
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.telling import Telling
from tests.checks.seen_in_traffic import DIGEST, IN_TIME, S3_LINK, refusal, sent_on
from tests.traffic.seen_exchanges import API, BEARER, PAGE, REALM, REGISTRY, errors, exchanged, given_token

HTML = (("Server", "nginx"), ("Content-Type", "text/html"))
START = "POST /v2/a/blobs/uploads/"
PING = exchanged("GET /v2/", 200)


def state(offset: int) -> str:
    return cleaned_upload_state(UploadState("a", "u", offset, None))


def upload(offset: int) -> str:
    return f"/v2/a/blobs/uploads/u?_state={state(offset)}"


def began(location: str = REGISTRY) -> Recorded:
    return exchanged(START, 202, (*API, ("Location", f"{location}{upload(0)}"), ("Range", "0-0")))


def piece(offset: int, status: int = 202, stored: int = 10, body: object = b"", size: int = 10) -> Recorded:
    told = (("Location", f"{REGISTRY}{upload(stored)}"), ("Range", f"0-{stored - 1}")) if status == 202 else ()
    return exchanged(f"PATCH {upload(offset)}", status, (*API, *told), body, request_size=size)  # type: ignore[arg-type]


def ended(status: int, code: str = "", went_by: str = DIGEST) -> list[Recorded]:
    """An upload of one piece whose digest is `went_by`, and what came of its end."""
    body = errors(code, "provided digest did not match uploaded content") if code else b""
    sent = replace(piece(0), request_digest=went_by)
    end = exchanged(f"PUT {upload(10)}&digest={DIGEST}", status, API, body, request_size=0)
    return [began(), sent, end]


def page(line: str, status: int, seconds: float = 0.0, **more: str) -> Recorded:
    """A page of nginx's; more: request headers, with `_` for `-`."""
    told = exchanged(line, status, HTML, PAGE)
    sent = (*told.exchange.request_headers, *((name.replace("_", "-"), value) for name, value in more.items()))
    return replace(told, exchange=replace(told.exchange, request_headers=sent, seconds=seconds))


def captured(recorded: Recorded) -> Recorded:
    """As a recorder in reverse mode sees it, which clients ask at 127.0.0.1:5001."""
    exchange = replace(recorded.exchange, url=recorded.exchange.url.replace(REGISTRY, "http://127.0.0.1:5001"))
    return replace(recorded, exchange=exchange, capture_origin="http://127.0.0.1:5001", upstream_origin=REGISTRY)


def mount(*granted: Access) -> tuple[Recorded, Recorded]:
    """A token that was asked for two repositories, and a mount from the one into the other that becomes an upload."""
    scopes = "scope=repository:a:pull,push&scope=repository:b:pull"
    token = given_token(*granted)
    asked = exchanged(f"GET {REALM}?service=container_registry&{scopes}", 200, (), given=token)
    answer = (*API, ("Location", f"{REGISTRY}{upload(0)}"))
    return asked, exchanged(MOUNT, 202, answer, shown=replace(token, scheme="Bearer"))


OCI = errors("MANIFEST_UNKNOWN", "OCI manifest found, but accept header does not support OCI manifests")
MOUNT = f"{START}?mount={DIGEST}&from=b"
UNKNOWN = errors("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
SECRET = {"errors": [{"code": "BLOB_UPLOAD_INVALID", "message": "blob upload invalid", "detail": {}}]}

SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
OLD = exchanged("GET /v2/a/manifests/1", 200, (*API, ("Content-Type", SCHEMA1)))

CASES: dict[str, tuple[str, list[Recorded], list[Recorded]]] = {
    "Location of another scheme": (
        "location_wrong_scheme",
        [began("http://registry.example.com")],
        [began()],
    ),
    "Location without the port": (
        "location_loses_port",
        [replace(began(), exchange=replace(began().exchange, url=f"{REGISTRY}:5050/v2/a/blobs/uploads/"))],
        [began(f"{REGISTRY}:443")],
    ),
    "Location of the upstream": ("location_shows_upstream", [began("https://10.0.0.5:5000")], [began("")]),
    "an absolute address that leaves the recorder": (
        "location_leaves_capture",
        [captured(began())],
        [captured(began("http://127.0.0.1:5001"))],
    ),
    "307 to the bucket, and HEAD 403 without a body": (
        "s3_blob_read_forbidden",
        list(sent_on(S3_LINK, 403, IN_TIME)),
        list(sent_on(S3_LINK, 200, IN_TIME)),
    ),
    "Authorization sent to the bucket": (
        "authorization_sent_to_bucket",
        list(sent_on(S3_LINK, 400, IN_TIME, body=refusal("InvalidArgument"), method="GET", shown=BEARER)),
        list(sent_on(S3_LINK, 200, IN_TIME, method="GET")),
    ),
    "_state that another instance does not know": (
        "http_secret_differs",
        [began(), piece(0, 404, body=SECRET)],
        [began(), piece(0)],
    ),
    "an upload that another instance does not have": (
        "replicas_store_apart",
        [began(), piece(0, 404, body=UNKNOWN)],
        [began(), piece(0, 202)],
    ),
    "Content-Range out of step": (
        "upload_out_of_step",
        [began(), piece(0), piece(10, 416, body=errors("RANGE_INVALID", "invalid content range"))],
        [began(), piece(0), piece(10, stored=20)],
    ),
    "bytes that are not those of ?digest=": (
        "upload_digest_differs",
        ended(400, "DIGEST_INVALID", "sha256:" + "cd" * 32),
        ended(201),
    ),
    "413 and who wrote it": ("body_size_limited", [page(f"PATCH {upload(0)}", 413)], [piece(0, size=1 << 30)]),
    "429": ("rate_limited", [page("GET /v2/a/manifests/1", 429)], [exchanged("GET /v2/a/manifests/1", 200)]),
    "499": (
        "proxy_timeout_short",
        [PING, began(), page(f"PATCH {upload(0)}", 499, 60.0)],
        [PING, began(), page(f"PATCH {upload(0)}", 499, 0.5)],
    ),
    "502": ("registry_unreachable", [page("GET /v2/", 502)], [PING]),
    "503": (
        "registry_unhealthy",
        [exchanged("GET /v2/", 503, API, errors("UNAVAILABLE", "health check failed: please see /debug/health"))],
        [PING],
    ),
    "504": (
        "proxy_timeout_short",
        [PING, began(), page(f"PUT {upload(10)}&digest={DIGEST}", 504, 60.0)],
        [PING, began()],
    ),
    "OCI media types against Accept": (
        "oci_not_accepted",
        [exchanged("GET /v2/a/manifests/1", 404, API, OCI)],
        [exchanged("GET /v2/a/manifests/1", 404, API, errors("MANIFEST_UNKNOWN", "manifest unknown"))],
    ),
    "schema1": (
        "schema1_manifests",
        [replace(OLD, exchange=replace(OLD.exchange, request_headers=(("Accept", DOCKER_SCHEMA2),)))],
        [exchanged("GET /v2/a/manifests/1", 200, (*API, ("Content-Type", DOCKER_SCHEMA2)))],
    ),
    "the API's header lost": (
        "api_version_header_missing",
        [
            exchanged("GET /v2/", 401, (("WWW-Authenticate", 'Bearer realm="https://a/b",service="c"'),)),
            exchanged(START, 202, (("Location", f"{REGISTRY}{upload(0)}"), ("Docker-Upload-UUID", "u"))),
        ],
        [PING, began()],
    ),
    "HTTP/1.0 of a request": (
        "request_buffering",
        [began(), replace(piece(0), http_version="HTTP/1.0")],
        [began(), replace(piece(0), http_version="HTTP/1.1")],
    ),
    "HTTP/1.0 of an answer": (
        "answers_by_http_1_0",
        [began(), replace(piece(0), http_version="HTTP/1.1", response_version="HTTP/1.0")],
        [began(), replace(piece(0), http_version="HTTP/1.1", response_version="HTTP/1.1")],
    ),
    "chunks refused": (
        "chunked_refused",
        [began(), page(f"PATCH {upload(0)}", 411, Transfer_Encoding="chunked")],
        [began(), piece(0)],
    ),
    "a mount that is refused": (
        "mount_source_not_granted",
        list(mount(Access("repository", "a", ("pull", "push")))),
        list(mount(Access("repository", "a", ("pull", "push")), Access("repository", "b", ("pull",)))),
    ),
}


@pytest.mark.parametrize(("name", "firing", "silent"), CASES.values(), ids=list(CASES))
def test_it_is_named_and_its_neighbour_is_not(name: str, firing: list[Recorded], silent: list[Recorded]) -> None:
    assert found(firing) == [name]
    assert found(silent) == []


def found(recorded: list[Recorded]) -> list[str]:
    """The names of all checks that are told in a recording."""
    telling = Telling()
    for number, one in enumerate(recorded):
        exchange = replace(one.exchange, started=1_700_000_000.0 + 100 * number)
        telling.take(replace(one, exchange=exchange, ended=exchange.started + exchange.seconds, client="10.0.0.1"))
    diagnosis = telling.end()
    assert not diagnosis.bugs
    return [sighting.check for sighting in diagnosis.sightings]
