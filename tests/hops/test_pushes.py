"""A trial push tells of the way, unless the login or the registry's purpose ended it."""

from __future__ import annotations

import dataclasses

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import HopKind
from regdoctor.hops.pushes import push_opinion
from tests.hops.conftest import HTML, NGINX, pushed

API = ("Docker-Distribution-Api-Version", "registry/2.0")
BEARER = 'Bearer realm="https://gitlab.example.com/jwt/auth",service="s",scope="repository:a:pull,push"'
CHALLENGE = ("WWW-Authenticate", BEARER)
TOO_LITTLE = ("WWW-Authenticate", f'{BEARER},error="insufficient_scope"')
NO_GOOD = ("WWW-Authenticate", f'{BEARER},error="invalid_token"')
JSON = ("Content-Type", "application/json; charset=utf-8")


def answered(method: str, status: int, body: bytes = b"", *headers: tuple[str, str]) -> Exchange:
    return Exchange(method, "https://r.example/v2/a/blobs/x", status=status, headers=headers, body=body)


def coded(code: str) -> bytes:
    return b'{"errors": [{"code": "%s"}]}' % code.encode()


@pytest.mark.parametrize(
    "last",
    [
        answered("HEAD", 401, b"", CHALLENGE),
        answered("HEAD", 401, b"", TOO_LITTLE, JSON),
        answered("HEAD", 403, b"", JSON),
        answered("HEAD", 403, b"", API),
        answered("POST", 401, b"", TOO_LITTLE),
        answered("POST", 401, coded("UNAUTHORIZED"), CHALLENGE),
        answered("POST", 403, coded("FORBIDDEN")),
        answered("POST", 404, coded("NOT_FOUND")),
    ],
)
def test_a_login_that_may_not_push_tells_nothing_of_the_way(last: Exchange) -> None:
    found = push_opinion(pushed(HopKind.PUBLIC, "refused", last))

    assert (found.right, found.words) == (None, "not allowed to push to a (--repository NAME)")


@pytest.mark.parametrize(
    "last",
    [
        answered("POST", 405, coded("UNSUPPORTED"), JSON),
        answered("POST", 405, b"Method not allowed\n", API, ("Content-Type", "text/plain; charset=utf-8")),
    ],
)
def test_a_registry_that_takes_no_pushes_is_no_fault(last: Exchange) -> None:
    found = push_opinion(pushed(HopKind.PUBLIC, "refused", last))

    assert found.right is None
    assert "takes no pushes" in found.words


@pytest.mark.parametrize(
    "last",
    [
        answered("HEAD", 401),
        answered("HEAD", 401, b"", NO_GOOD),
        answered("HEAD", 403, b"", HTML),
        answered("HEAD", 403, b"", HTML, API),
        answered("POST", 401, b"", CHALLENGE),
        answered("POST", 403, NGINX, HTML),
        answered("POST", 405, NGINX, HTML, API),
        answered("POST", 405),
        answered("PUT", 405, b"", API),
        answered("PATCH", 413, NGINX, HTML),
    ],
)
def test_what_somebody_else_refuses_is_a_fault(last: Exchange) -> None:
    found = push_opinion(pushed(HopKind.PUBLIC, "refused", last))

    assert (found.right, found.symptom) == (False, str(last.status))


def test_a_push_that_could_not_begin_tells_nothing() -> None:
    begun = dataclasses.replace(pushed(HopKind.PUBLIC, "no token"), exchanges=())

    assert push_opinion(begun).right is None
