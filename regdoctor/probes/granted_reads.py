"""Reads with a token what it grants to be read: the tags of a repository, the catalogue. Nothing is written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.scopes import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.http import Http
from regdoctor.redaction import Secret, redact

_DEADLINE = 10.0
"""Seconds for each request."""
_ALL = 20.0
"""Seconds for all of them."""
_CATALOG = Access("registry", "catalog", ("*",))


@dataclass(frozen=True, slots=True)
class GrantedRead:
    """One request that the token should open."""

    scope: Access
    answer: Exchange

    @property
    def refused(self) -> bool:
        """Whether the registry does not let the token read what it grants."""
        return self.answer.status in (401, 403)

    @property
    def accepted(self) -> bool:
        """Whether the registry took the token for it: what it answers then, it answers to nobody without one."""
        return self.answer.status == 200 or (self.answer.status == 404 and "NAME_UNKNOWN" in self.said)

    @property
    def said(self) -> str:
        """What the registry said of it: `401 UNAUTHORIZED, insufficient_scope`; `404 NAME_UNKNOWN`."""
        if self.answer.status is None:
            return self.answer.failure.message if self.answer.failure else "no answer"
        codes = [error.code for error in parse_errors(self.answer.body)[:1]]
        challenges = parse_challenges(self.answer.header_all("WWW-Authenticate"))
        codes += [challenge.error for challenge in challenges[:1] if challenge.error]
        return redact(f"{self.answer.status} {', '.join(filter(None, codes))}").strip()

    @property
    def words(self) -> str:
        """The request with its answer, for people."""
        line = f"{self.answer.quote().quote}, with the token"
        if self.answer.status != 200 and self.accepted:
            return f"{line}: NAME_UNKNOWN, no such repository yet; the token was accepted for it"
        return f"{line}: {self.said}" if self.refused else line


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
