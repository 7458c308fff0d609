"""Where tokens for the registry can be had from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.redaction import Secret
from regdoctor.target import Login


@dataclass(frozen=True, slots=True)
class SigningKey:
    """GitLab's own key: with it a token can be made as GitLab makes it, without asking GitLab."""

    pem: Secret
    path: str
    issuer: str


@dataclass(frozen=True, slots=True)
class TokenSource:
    """The registry's challenge, and what there is to answer it."""

    needed: bool
    """False where the registry serves without credentials."""
    registry: str
    """The address that gave the challenge."""
    realm: str
    service: str
    scheme: str = "bearer"
    """The challenge's scheme, lower case: `bearer` (token) or `basic`."""
    login: Login | None = None
    key: SigningKey | None = None
    clock_offset: float = 0.0
    """Seconds that the registry's clock is ahead of this machine's; 0 where it gave no Date."""
    why_no_login: str = ""
    """What kept a stored login from being used; empty where there is nothing of that kind to tell."""

    @property
    def password_may_go(self) -> bool:
        """Whether the realm is a place for a password: reached by TLS, or the registry's own host."""
        try:
            realm, registry = urlsplit(self.realm), urlsplit(self.registry)
        except ValueError:
            return False  # a server may write anything for a realm
        return bool(realm.hostname) and (realm.scheme == "https" or realm.hostname == registry.hostname)

    @property
    def words(self) -> str:
        """How a token is got, for people."""
        if not self.needed:
            return "without credentials"
        if self.key and (self.key.issuer or not self.login):
            return f"with a token signed with {self.key.path}, as GitLab signs its own"
        if self.login:
            return f"as {self.login.words}"
        return f"anonymously ({self.why_no_login})" if self.why_no_login else "anonymously"
