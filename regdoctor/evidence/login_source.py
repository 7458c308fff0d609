"""The login that the registry is asked with, and where it was found."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.target import Login


@dataclass(frozen=True, slots=True)
class UnreadableLogin:
    """A place where a login for the registry may be kept, and cannot be had from."""

    origin: str
    """The file, or the variable."""
    why: str
    """One line without anything secret of what is in it."""
    of_helper: bool = False
    """Whether it is the credential helper, which the origin names, that gave none."""


@dataclass(frozen=True, slots=True)
class LoginSource:
    """The login for the registry, as `docker login`, a CI job or the command line left it."""

    login: Login | None
    """None: the registry is asked anonymously. Where it was found stands in the login itself."""
    why_none: str = ""
    """What kept a stored login, one that comes before `login`, from being used; empty where nothing did."""
    unreadable: tuple[UnreadableLogin, ...] = ()
    """The places that come before that of `login` and could not be read, in the order in which they were."""
