"""The realm lacks GitLab's port, so clients ask for tokens where nothing listens."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _without_port(settings: Settings) -> Settings:
    return replace(settings, token_realm="https://localhost")  # noqa: S106 - a URL


FAULT = Fault(
    title="The registry sends clients to https://localhost/jwt/auth for tokens, and GitLab is on another port",
    check="realm_not_gitlab",
    failure_modes=("AUTH-10", "AUTH-11"),
    also=("realm_unreachable",),
    settings=_without_port,
)
