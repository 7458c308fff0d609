"""A token that was asked for a named repository, and what it opens there."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.scopes import Access, granted_actions, missing
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class MountTrial:
    """One token asked for push to a repository and pull from another, as docker does to mount a blob."""

    source: str
    """The repository that layers are taken from."""
    realm: Exchange
    """The token service's answer."""
    token: Token | None
    """None where the answer held none, or none that can be read."""
    listing: Exchange | None
    """GET of the source's tags with the token; None where there was none to try."""

    @property
    def granted(self) -> frozenset[str]:
        """The actions on the source that the token grants; `*` is all."""
        return granted_actions(Access("repository", self.source), _access(self.token))

    @property
    def opens_source(self) -> bool:
        """Whether the token says that its holder may pull from the source."""
        return not missing(Access("repository", self.source, ("pull",)), _access(self.token))


@dataclass(frozen=True, slots=True)
class ScopeTrial:
    """Pull and push, asked for with the login; what was granted stands in the token."""

    words: str
    """Whose login it is, and where it was found, for people."""
    repository: str
    wanted: tuple[str, ...]
    """The actions that the user means to do: pull, and push where writing is allowed."""
    realm: Exchange
    """The token service's answer."""
    token: Token | None
    """None where the answer held none, or none that can be read."""
    listing: Exchange | None
    """GET of the repository's tags with the token; None where there was none to try."""
    mount: MountTrial | None = None
    """What was granted on the repository that layers are mounted from; None where none was named."""

    @property
    def granted(self) -> frozenset[str]:
        """The actions on the repository that the token grants; `*` is all (token.md, Requesting a Token)."""
        return granted_actions(Access("repository", self.repository), _access(self.token))

    @property
    def missing(self) -> tuple[str, ...]:
        """What is wanted and was not granted."""
        return missing(Access("repository", self.repository, self.wanted), _access(self.token))


def _access(token: Token | None) -> tuple[Access, ...]:
    return token.access if token else ()
