"""The realm says http, and GitLab has https."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _with_http(settings: Settings) -> Settings:
    return replace(settings, token_realm=f"http://localhost:{settings.ports.gitlab}")


FAULT = Fault(
    title="The registry sends clients to GitLab by http for tokens, and GitLab has https",
    check="realm_not_gitlab",
    failure_modes=("AUTH-10", "AUTH-11"),
    also=("realm_unreachable", "realm_without_tls"),
    arguments=("--fail-on", "warning"),
    settings=_with_http,
)
