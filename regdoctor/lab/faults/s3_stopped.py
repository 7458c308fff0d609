"""Nothing listens where the object store should be, so every URL of the registry answers 503."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack


def _nobody_listens(settings: Settings) -> Settings:
    return replace(settings, store_endpoint=f"http://127.0.0.1:{settings.ports.closed}")


FAULT = Fault(
    title="The object store is down: connections to it are refused",
    check="registry_unhealthy",
    failure_modes=("CFG-01",),
    settings=_nobody_listens,
    processes=Stack.wait_unhealthy,
)
