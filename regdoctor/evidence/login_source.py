"""The login that the registry is asked with, and where it was found."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.target import Login


@dataclass(frozen=True, slots=True)
class LoginSource:
    """The login for the registry, as `docker login`, a CI job or the command line left it."""

    login: Login | None
    """None: the registry is asked anonymously. Where it was found stands in the login itself."""
    why_none: str = ""
    """What kept a stored login, one that comes before `login`, from being used; empty where nothing did."""
