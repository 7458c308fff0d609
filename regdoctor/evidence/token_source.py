"""Where tokens for the registry can be had from."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from regdoctor.distribution.web_addresses import WebAddress, read_web_address
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

    consented: str = ""
    """The host, or host:port, that the user named for the login to go to; empty where none was named."""
    configured: bool = False
    """Whether the realm is that of the configuration at hand: then the challenge is not all that speaks for it."""

    @property
    def password_may_go(self) -> bool:
        """Whether the realm is a place for a password.

        By plain HTTP that is the registry's own host, where the registry itself is asked by plain HTTP, or where
        nothing leaves this machine. By TLS it is any host that the registry's challenge names, if nobody on the way can
        have written the challenge: it came by TLS, or did not leave this machine. And it is whatever the user named.
        """
        realm, registry = read_web_address(self.realm), read_web_address(self.registry)
        if realm is None or registry is None:
            return False  # a server may write anything for a realm
        if self.consented.lower() in _names(realm):
            return True
        if realm.host == registry.host:
            return realm.scheme == "https" or registry.scheme == "http" or realm.is_loopback
        return realm.scheme == "https" and (registry.scheme == "https" or registry.is_loopback or self.configured)

    @property
    def why_withheld(self) -> str:
        """Where a password may not go there: why, and what would send it, in words that follow "the password was not
        sent: ".
        """
        realm, registry = read_web_address(self.realm), read_web_address(self.registry)
        if realm is None:
            return f"the realm {self.realm[:200]!r} is no address with http:// or https://"
        by_hand = f"--send-credentials-to {shlex.quote(realm.host[:_SHOWN])} would send it there"
        shown = f"{realm.scheme}://{realm.host[:_SHOWN]}:{realm.port}"
        if realm.scheme == "https":
            return (
                "the registry's challenge came without TLS, so that anyone on the way may have named the realm "
                f"{shown}, which is not the registry's own host; {by_hand}"
            )
        same = registry is not None and registry.host == realm.host
        beside = "while the registry has it" if same else "and not the registry's own host"
        could = "so that everybody on the way, and whoever wrote the challenge, could have it"
        return f"the realm {shown} is not HTTPS, {beside}, {could}; {by_hand} in clear"

    @property
    def words(self) -> str:
        """How a token is got, for people."""
        if not self.needed:
            return "without credentials"
        if self.key and (self.key.issuer or not self.login):
            return f"with a token signed with {self.key.path}, as GitLab signs its own"
        if self.login:
            return self.login.how
        return f"anonymously ({self.why_no_login})" if self.why_no_login else "anonymously"


_SHOWN = 253
"""Characters of a realm's host that are shown: no name has more (RFC 1035, section 2.3.4)."""


def _names(place: WebAddress) -> tuple[str, str, str]:
    """The words by which a user may name a place: its host, and that with the port."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    return place.host, host, f"{host}:{place.port}"
