"""nginx takes the header away by which clients know a registry of the second API version."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _hide_header(settings: Settings) -> Settings:
    return replace(settings, front=Front(hidden_headers=("Docker-Distribution-Api-Version",)))


FAULT = Fault(
    title="nginx removes the header Docker-Distribution-Api-Version",
    check="api_version_header_missing",
    failure_modes=("PROXY-11",),
    arguments=("--fail-on", "warning"),
    settings=_hide_header,
)
