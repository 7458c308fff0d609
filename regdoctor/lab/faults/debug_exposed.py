"""The debug server, with its profiles and metrics, listens on every address."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _on_all_addresses(settings: Settings) -> Settings:
    return replace(settings, debug_address=f":{settings.ports.debug}")


FAULT = Fault(
    title="The registry's debug server listens on every address of the machine",
    check="debug_server_exposed",
    failure_modes=("CFG-02",),
    settings=_on_all_addresses,
)
