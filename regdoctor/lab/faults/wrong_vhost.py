"""A folder of HTML answers on the registry's port: the request went to the wrong server block."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _static_page(settings: Settings) -> Settings:
    return replace(settings, front=Front(static_page=True))


FAULT = Fault(
    title="nginx serves a static page on the registry's port",
    check="not_a_registry",
    failure_modes=("PROXY-13", "PROXY-16"),
    settings=_static_page,
)
