"""What the host's Docker daemon is told about proxies, and what comes of it for the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from regdoctor.distribution.go_proxies import ProxyAddress, bypasses, parse_proxy, password_in
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.formats.located import Located
from regdoctor.redaction import Secret, remember

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
"""The variables that dockerd reads, in lower case too where it is not set in upper case."""


@dataclass(frozen=True, slots=True)
class ProxyVariable:
    """One value, where it was written."""

    said: Located
    """For people: the password of a URL is not in it."""
    whole: Secret | None = None
    """The value with its password; None where it has none."""

    @property
    def text(self) -> str:
        """The value itself, password included: for the call that needs it, never for text."""
        return self.whole.reveal() if self.whole is not None else self.said.text() or ""


def proxy_variable(value: str, said: Located) -> ProxyVariable:
    """A value as it may be kept. said: where it was written; its own value does not matter."""
    password = password_in(value)
    if not password:
        return ProxyVariable(Located(value, said.place, said.name))
    remember(password, "password")
    remember(unquote(password, errors="replace"), "password")
    shown = value.replace(f":{password}@", ":[redacted password]@")
    return ProxyVariable(Located(shown, said.place, said.name), Secret(value, "proxy address"))


@dataclass(frozen=True, slots=True)
class DaemonProxies:
    """The variables by their upper-case names. What is set to nothing is not among them."""

    effective: Mapping[str, ProxyVariable]
    """What counts for the daemon: daemon.json before the environment, of which its process knows best."""

    def no_proxy(self) -> ProxyVariable | None:
        """The exceptions."""
        return self.effective.get("NO_PROXY")

    def proxy_for(self, endpoint: Endpoint) -> ProxyVariable | None:
        """The proxy by which the daemon asks `endpoint`; None where it asks directly."""
        chosen = self.effective.get(f"{endpoint.scheme.upper()}_PROXY")
        if chosen is None or parse_proxy(chosen.text) is None:
            return None
        exceptions = self.no_proxy()
        return None if bypasses(exceptions.text if exceptions else "", endpoint.host, endpoint.port) else chosen


@dataclass(frozen=True, slots=True)
class DaemonProxyAnswer:
    """GET /v2/ of the registry by the daemon's proxy, and without any."""

    endpoint: Endpoint
    variable: ProxyVariable
    """What makes the daemon go through the proxy."""
    address: ProxyAddress
    proxied: Exchange
    direct: Exchange
