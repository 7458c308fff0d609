"""Asks the token service for access to the repository that was named, and the registry for its tags."""

from __future__ import annotations

from regdoctor.distribution.scopes import Access
from regdoctor.distribution.tokens import read_token
from regdoctor.evidence.scope_trial import ScopeTrial
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.token_source import ask_realm, token_in
from regdoctor.target import Target

_DEADLINE = 8.0
"""Seconds for each of the two requests."""
_CAP = 64 * 1024
"""Bytes of the list of tags that are kept."""


@probe(
    reads="with the login, a token for pull and push to the repository that was named, and the list of its tags",
    limit=2 * _DEADLINE + 1,
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
    realm = ask_realm(door, source, (asked,), deadline=_DEADLINE)
    token = token_in(realm)
    if token is None:
        return ScopeTrial(login.words, repository, wanted, realm, None, None)
    try:
        read = read_token(token.reveal())
    except ValueError:
        read = None  # an opaque token is not ours to read
    tags = f"{source.registry}/v2/{repository}/tags/list?n=1"
    listing = door.send("GET", tags, bearer=token, deadline=_DEADLINE, cap=_CAP)
    return ScopeTrial(login.words, repository, wanted, realm, read, listing)
