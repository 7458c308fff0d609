"""Where tokens for the registry can be had from."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.web_addresses import read_web_address
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
        """Whether the realm is a place for a password: reached by TLS, or no worse than where clients send it anyway.

        That is the registry's own host by plain HTTP, where the registry itself is asked by plain HTTP, or where
        nothing leaves this machine.
        """
        realm, registry = read_web_address(self.realm), read_web_address(self.registry)
        if realm is None or registry is None:
            return False  # a server may write anything for a realm
        if realm.scheme == "https":
            return True
        return realm.host == registry.host and (registry.scheme == "http" or realm.is_loopback)

    @property
    def why_withheld(self) -> str:
        """Where a password may not go there: why, in words that follow "the password was not sent: "."""
        realm = read_web_address(self.realm)
        if realm is None:
            return f"the realm {self.realm[:200]!r} is no address with http:// or https://"
        registry = read_web_address(self.registry)
        same = registry is not None and registry.host == realm.host
        beside = "while the registry has it" if same else "and not the registry's own host"
        return f"the realm http://{realm.host}:{realm.port} is not HTTPS, {beside}"

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
