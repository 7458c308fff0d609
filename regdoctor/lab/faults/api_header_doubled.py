"""nginx adds the header of the API version to answers that have it."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(
        settings, front=Front(location_lines=("add_header Docker-Distribution-Api-Version registry/2.0 always;",))
    )


FAULT = Fault(
    title="nginx adds Docker-Distribution-Api-Version, which the registry sends itself",
    check="api_version_header_doubled",
    failure_modes=("PROXY-12",),
    arguments=("--fail-on", "info"),
    settings=_changed,
)
