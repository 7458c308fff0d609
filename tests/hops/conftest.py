"""Walks that are made up, hop by hop, to be varied."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.hops import Asked, Hop, HopKind, Hops, Purpose
from regdoctor.evidence.trial_push import Manner, TrialPush

HTML = ("Content-Type", "text/html")
NGINX = b"<html><head><title>T</title></head><body><center><h1>T</h1></center><hr><center>nginx</center></body></html>"
MANIFEST = b'{"schemaVersion": 2}'
URLS = {
    HopKind.PUBLIC: "https://registry.example.com",
    HopKind.TOKEN: "https://gitlab.example.com/jwt/auth",
    HopKind.UPSTREAM: "http://10.0.0.5:5000",
    HopKind.REGISTRY: "http://127.0.0.1:5000",
    HopKind.DEBUG: "http://127.0.0.1:5001",
    HopKind.STORAGE: "https://bucket.s3.example.com",
}
PURPOSES = {
    HopKind.TOKEN: Purpose.TOKEN,
    HopKind.DEBUG: Purpose.HEALTH,
    HopKind.STORAGE: Purpose.REDIRECTED,
}
RIGHT = {HopKind.TOKEN: b'{"token": "x"}', HopKind.DEBUG: b"{}", HopKind.STORAGE: b""}

MakeHop = Callable[..., Hop]


def hop(
    kind: HopKind,
    status: int | FailureKind = 200,
    body: bytes | None = None,
    *headers: tuple[str, str],
    logged_in: bool = True,
    pushes: tuple[TrialPush, ...] = (),
) -> Hop:
    """A hop that was asked once and gave this answer, or none."""
    url = URLS[kind]
    path = "/v2/group/image/manifests/latest" if kind not in PURPOSES else ""
    if isinstance(status, FailureKind):
        exchange = Exchange("GET", f"{url}{path}", seconds=0.25, failure=Failure(status, f"{url}: {status.value}"))
    else:
        told = RIGHT.get(kind, MANIFEST) if body is None else body
        exchange = Exchange("GET", f"{url}{path}", status=status, headers=headers, body=told, seconds=0.012)
    asked = Asked(PURPOSES.get(kind, Purpose.REQUEST), exchange, logged_in)
    return Hop((kind,), url, Quote("test", url), (asked,), pushes=pushes)


def page(kind: HopKind, status: int) -> Hop:
    """A hop where nginx's own page came."""
    return hop(kind, status, NGINX, HTML, ("Server", "nginx"))


def envelope(kind: HopKind, status: int, code: str) -> Hop:
    """A hop where the registry's own error came."""
    body = b'{"errors": [{"code": "%s", "message": "m"}]}' % code.encode()
    return hop(kind, status, body, ("Content-Type", "application/json"))


def untried(kind: HopKind, *, applicable: bool = True) -> Hop:
    return Hop((kind,), not_tried="for a reason", applicable=applicable)


def pushed(kind: HopKind, stopped: str = "", last: Exchange | None = None) -> TrialPush:
    exchange = last or Exchange("PUT", f"{URLS[kind]}/v2/a/blobs/uploads/1", status=201)
    endpoint = Endpoint(URLS[kind], Quote("test", ""))
    return TrialPush(endpoint, Manner.MONOLITHIC, "a", 2000, (exchange,), stopped)


def walk(*hops: Hop) -> Hops:
    return Hops("GET /v2/group/image/manifests/latest", "as me", hops, 1_700_000_000.0, 1.5)


@pytest.fixture
def healthy() -> dict[HopKind, Hop]:
    """A hop of each kind, all of them right."""
    return {kind: hop(kind) for kind in HopKind}
