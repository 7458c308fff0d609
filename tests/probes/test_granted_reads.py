"""What a token grants to be read is read, each once, and the registry's answer is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.http import Http
from regdoctor.probes.granted_reads import GrantedRead, read_granted
from regdoctor.redaction import Secret

TOKEN = Secret("canary.of.token", "token")
PUSH = Access("repository", "a/b", ("push",))
PULL = Access("repository", "a/b", ("pull",))
BOTH = Access("repository", "a/b", ("pull", "push"))
CATALOG = Access("registry", "catalog", ("*",))
TAGS = "GET /v2/a/b/tags/list?n=1"


@pytest.mark.parametrize(
    ("asked", "granted", "read"),
    [
        ((BOTH,), (PULL,), [TAGS]),
        ((BOTH, PULL), (BOTH,), [TAGS]),
        ((BOTH,), (PUSH,), []),
        ((PUSH,), (BOTH,), []),
        ((BOTH,), (), []),
        ((BOTH, CATALOG), None, [TAGS, "GET /v2/_catalog?n=1"]),
        ((Access("repository", "a/b", ("*",)),), (Access("repository", "a/b", ("*",)),), [TAGS]),
        ((CATALOG,), (CATALOG,), ["GET /v2/_catalog?n=1"]),
        ((CATALOG,), (Access("registry", "catalog", ("search",)),), []),
        ((Access("registry", "other", ("*",)),), None, []),
    ],
)
def test_what_was_asked_for_and_granted_is_read(
    serve: Callable[..., Any],
    door: Http,
    asked: tuple[Access, ...],
    granted: tuple[Access, ...] | None,
    read: list[str],
) -> None:
    server = serve(lambda _: (200, {}, b"{}"))

    reads = read_granted(door, server.url, TOKEN, asked, granted)

    assert server.asked() == read
    assert [one.refused for one in reads] == [False] * len(read)
    assert all(one.headers["Authorization"] == f"Bearer {TOKEN.reveal()}" for one in server.seen)
    assert all(TOKEN.reveal() not in one.words for one in reads)


def answered(status: int | None, code: str = "", challenge: str = "", failure: Failure | None = None) -> GrantedRead:
    body = f'{{"errors": [{{"code": "{code}"}}]}}'.encode() if code else b""
    headers = (("WWW-Authenticate", challenge),) if challenge else ()
    return GrantedRead(
        PULL, Exchange("GET", "http://h/v2/", status=status, headers=headers, body=body, failure=failure)
    )


def test_the_registrys_answer_is_told_in_its_own_words() -> None:
    refused = answered(401, "UNAUTHORIZED", 'Bearer realm="http://x/",error="insufficient_scope"')
    assert refused.refused
    assert refused.said == "401 UNAUTHORIZED, insufficient_scope"
    assert refused.words.endswith(", with the token: 401 UNAUTHORIZED, insufficient_scope")

    unknown = answered(404, "NAME_UNKNOWN")
    assert (unknown.refused, unknown.accepted, refused.accepted) == (False, True, False)
    assert not answered(404).accepted
    assert unknown.words.endswith("NAME_UNKNOWN, no such repository yet; the token was accepted for it")

    assert answered(403, "DENIED").refused
    assert answered(502).said == "502"
    assert answered(None, failure=Failure(FailureKind.TIMEOUT, "nothing in 10 s")).said == "nothing in 10 s"
