"""nginx empties the Authorization header before the registry sees it."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import PROXY_SET_HEADERS, Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(proxy_set_headers={**PROXY_SET_HEADERS, "Authorization": '""'}))


FAULT = Fault(
    title="nginx sends an empty Authorization on",
    check="authorization_dropped",
    failure_modes=("AUTH-21",),
    settings=_changed,
)
