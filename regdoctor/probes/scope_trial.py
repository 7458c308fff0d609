"""Asks the token service for access to the repositories that were named, and the registry for their tags."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from regdoctor.distribution.scopes import Access
from regdoctor.distribution.tokens import Token, read_token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.scope_trial import MountTrial, ScopeTrial
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.credentials import realm_answer
from regdoctor.probes.token_source import token_in
from regdoctor.target import Target

_DEADLINE = 8.0
"""Seconds for each of the four requests."""
_CAP = 64 * 1024
"""Bytes of the list of tags that are kept."""


@probe(
    reads="with the login, a token for pull and push to the repository that was named, and the list of its tags; the "
    "same with pull from the repository that layers are mounted from, where one was named, and the list of its tags",
    limit=4 * _DEADLINE + 1,
    network=True,
)
def scope_trial(target: Target, source: TokenSource, door: Http) -> ScopeTrial:
    """What is granted. Raises NotApplicableError without a repository, a login, or a registry that asks for tokens."""
    repository, login = target.repository, source.login
    if repository is None:
        raise NotApplicableError("no repository was named (--repository)")
    if not source.needed or source.scheme != "bearer":
        raise NotApplicableError("the registry does not ask for tokens")
    if login is None:
        raise NotApplicableError("no login was given (--username, --password-stdin)")
    asked = Access("repository", repository, ("pull", "push"))
    wanted = asked.actions if target.allow_writes else ("pull",)
    found = ScopeTrial(login.words, repository, wanted, *_tried((asked,), repository, source, door))
    if target.mount_from is None:
        return found
    # One token for both, as docker asks for it before POST …?mount=…&from=… (distribution, client/auth/session.go).
    both = (asked, Access("repository", target.mount_from, ("pull",)))
    return dataclasses.replace(
        found, mount=MountTrial(target.mount_from, *_tried(both, target.mount_from, source, door))
    )


def _tried(
    scopes: Sequence[Access], listed: str, source: TokenSource, door: Http
) -> tuple[Exchange, Token | None, Exchange | None]:
    """The token service's answer, the token where it can be read, and the tags of the repository `listed` with it."""
    realm = realm_answer(door, source, scopes, deadline=_DEADLINE)
    token = token_in(realm)
    if token is None:
        return realm, None, None
    try:
        read = read_token(token.reveal())
    except ValueError:
        read = None  # an opaque token is not ours to read
    tags = f"{source.registry}/v2/{listed}/tags/list?n=1"
    return realm, read, door.send("GET", tags, bearer=token, deadline=_DEADLINE, cap=_CAP)
