"""The registry's host and port as clients write them, from what was named or from GitLab's configuration."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.injection import Absent


@dataclass(frozen=True, slots=True)
class RegistryAddress:
    """Host and port, and who says so."""

    host: str
    """Lower case, without brackets."""
    port: int
    said_by: tuple[Quote, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """How image names may begin, the usual one first: `host:port`, and `host` alone for the port of HTTPS."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host, f"{host}:443") if self.port == 443 else (f"{host}:{self.port}",)


def registry_address(endpoints: Endpoints | Absent, gitlab: GitLabConfig | Absent) -> RegistryAddress | None:
    """What is known of it; None where nothing says it, or what says it is no host and port."""
    if isinstance(endpoints, Endpoints) and endpoints.public is not None:
        return RegistryAddress(endpoints.public.host, endpoints.public.port, (endpoints.public.said_by,))
    if not isinstance(gitlab, GitLabConfig):
        return None
    host, port = gitlab.registry("host"), gitlab.registry("port")
    name = host.text() if host is not None else None
    number = port_number((port.text() if port is not None else None) or "443")
    if host is None or not name or number is None:
        return None
    said = (host.quote(), *((port.quote(),) if port is not None else ()))
    return RegistryAddress(name.lower().strip("[]"), number, said)
