"""The registry's debug server wants the port of the registry itself, so the registry does not come up."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _same_port(settings: Settings) -> Settings:
    return replace(settings, debug_address=settings.registry_address)


FAULT = Fault(
    title="http.addr and http.debug.addr are the same",
    check="port_clash",
    failure_modes=("CFG-12",),
    also=("registry_unreachable",),
    settings=_same_port,
    registry_comes_up=False,
)
