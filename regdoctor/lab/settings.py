"""What a stack is made of: the values that a fault may change before the files are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from regdoctor.lab.issuing import Issuing

PROXY_SET_HEADERS: Mapping[str, str | None] = MappingProxyType(
    {
        "Host": "$http_host",
        "X-Real-IP": "$remote_addr",
        "X-Forwarded-For": "$proxy_add_x_forwarded_for",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Ssl": "on",
    }
)
"""The request headers that Omnibus' nginx sets for the registry (omnibus-gitlab, attributes/default.rb)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one stack."""

    public: int
    """The registry's public URL, served by nginx."""
    gitlab: int
    registry: int
    """The registry itself, plain HTTP."""
    debug: int
    store_front: int
    """An nginx before the object store; nothing listens unless a fault moves the store's clock."""
    closed: int
    """Nothing ever listens here."""


@dataclass(frozen=True, slots=True)
class Front:
    """The nginx before the registry."""

    proxy_set_headers: Mapping[str, str | None] = field(default_factory=lambda: PROXY_SET_HEADERS)
    """None as the value: the header is not set."""
    hidden_headers: tuple[str, ...] = ()
    """Response headers that do not reach the client."""
    static_page: bool = False
    """Serve a folder of HTML instead of the registry."""
    tls: bool = True
    """False: plain HTTP on the public port."""
    tls_directives: tuple[str, ...] = ("ssl_protocols  TLSv1.2 TLSv1.3",)
    """What nginx is told of TLS besides its pair; each without its semicolon. Host's paths are as the host has them."""
    server_lines: tuple[str, ...] = ()
    """Directives that are added to the server block."""
    location_lines: tuple[str, ...] = ()
    """Directives that are added where requests are passed on to the registry."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One stack, healthy unless changed."""

    ports: Ports
    bucket: str
    store_endpoint: str
    """The object store's URL as config.yml names it: scheme, host and port."""
    registry_address: str
    debug_address: str
    identity: str = "full"
    """Which of the object store's identities the registry uses; see object_store.py."""
    authenticated: bool = True
    """Whether config.yml has an auth section."""
    front: Front = field(default_factory=Front)
    registry_tls: bool = False
    """Whether the registry takes TLS itself (http.tls of config.yml), with the certificate of https://localhost."""
    registry_tls_key: str = "/etc/gitlab/ssl/localhost.key"
    """The key for it, as the host has it."""
    gitlab_clock: str = ""
    """How far GitLab's clock is ahead, as libfaketime takes it (`+10m`); empty: right."""
    issuing: Issuing = field(default_factory=Issuing)
    """How GitLab writes its tokens."""
    token_realm: str = ""
    """registry['token_realm'] of gitlab.rb: where clients are sent for tokens, without /jwt/auth; empty: to GitLab."""
    store_clock: str = ""
    """The same for the Date header of the object store."""

    @property
    def public_host(self) -> str:
        """The registry as image names carry it: host and port."""
        return f"localhost:{self.ports.public}"

    @property
    def registry_url(self) -> str:
        """The registry's public URL."""
        return f"https://{self.public_host}"

    @property
    def gitlab_url(self) -> str:
        """GitLab's public URL."""
        return f"https://localhost:{self.ports.gitlab}"

    @property
    def realm(self) -> str:
        """auth.token.realm of config.yml."""
        return f"{self.token_realm or self.gitlab_url}/jwt/auth"

    @property
    def internal_url(self) -> str:
        """The registry behind nginx, as GitLab itself reaches it."""
        return f"{'https' if self.registry_tls else 'http'}://{self.registry_address}"
