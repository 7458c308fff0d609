"""What a token grants to be read is read, each once, and the registry's answer is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.distribution.scopes import Access
from regdoctor.http import Http
from regdoctor.probes.granted_reads import read_granted
from regdoctor.redaction import Secret
from regdoctor.tokens.request_words import read_in_words

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
    assert all(TOKEN.reveal() not in read_in_words(one) for one in reads)
