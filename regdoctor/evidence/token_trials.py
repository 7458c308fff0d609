"""Tokens that were tried at the registry."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Trial:
    """One token, where it came from, and what the registry said to it."""

    source: str
    """How it was got, in words that follow "a token"."""
    issued_by_gitlab: bool
    """False where it was signed here, with GitLab's key."""
    realm: Exchange | None
    """The token service's answer; None for a token signed here."""
    token: Token | None
    """Header and claims; None where the realm gave none, or what it gave is no token that can be read."""
    ping: Exchange | None
    """GET /v2/ with the token; None where there was none to try."""

    @property
    def refused(self) -> bool:
        """Whether the registry refused a token that was issued to it."""
        return self.ping is not None and self.ping.status == 401


@dataclass(frozen=True, slots=True)
class TokenTrials:
    """All of them, those that GitLab issued first."""

    trials: tuple[Trial, ...]
