"""Reads with a token what it grants to be read: the tags of a repository, the catalogue. Nothing is written."""

from __future__ import annotations

import time
from collections.abc import Sequence

from regdoctor.distribution.scopes import Access
from regdoctor.evidence.token_answers import GrantedRead
from regdoctor.http import Http
from regdoctor.redaction import Secret

_DEADLINE = 10.0
"""Seconds for each request."""
_ALL = 20.0
"""Seconds for all of them."""
_CATALOG = Access("registry", "catalog", ("*",))


def read_granted(
    door: Http, registry: str, token: Secret, asked: Sequence[Access], granted: Sequence[Access] | None
) -> tuple[GrantedRead, ...]:
    """A request for each repository, and for the catalogue, whose reading was asked for and granted.

    registry: its address, without a path. granted: by the token; None where it is not known: all that was asked for.
    """
    end = time.monotonic() + _ALL
    reads: list[GrantedRead] = []
    for scope, path in _paths(asked, granted).items():
        left = end - time.monotonic()
        if left <= 0:
            break
        answer = door.send("GET", f"{registry}/v2/{path}", bearer=token, deadline=min(left, _DEADLINE))
        reads.append(GrantedRead(scope, answer))
    return tuple(reads)


def _paths(asked: Sequence[Access], granted: Sequence[Access] | None) -> dict[Access, str]:
    """What is read for which scope, each once."""
    found: dict[Access, str] = {}
    for entry in asked:
        if entry.type == "repository" and {"pull", "*"} & set(entry.actions):
            pull = Access(entry.type, entry.name, ("pull",))
            path = f"{entry.name}/tags/list?n=1"
        elif (entry.type, entry.name) == (_CATALOG.type, _CATALOG.name):
            pull, path = _CATALOG, "_catalog?n=1"
        else:
            continue
        if granted is None or any(one.allows(pull) for one in granted):
            found[pull] = path
    return found
