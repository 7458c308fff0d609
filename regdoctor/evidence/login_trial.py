"""A login that was shown to a registry which takes names and passwords itself."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class LoginTrial:
    """GET /v2/ with the login by HTTP Basic (RFC 7617), as docker and skopeo send it where Basic is asked for."""

    username: str
    words: str
    """Whose login it is, and where it was found, for people."""
    outer: Exchange
    """At the address that asked for it."""
    inner: Exchange | None = None
    """The same where the registry itself listens; None where that is the same address, or cannot be asked from here."""
