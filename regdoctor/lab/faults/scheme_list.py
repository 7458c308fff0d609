"""nginx says two schemes in X-Forwarded-Proto, as where two proxies each add theirs."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import PROXY_SET_HEADERS, Front, Settings


def _changed(settings: Settings) -> Settings:
    headers = {**PROXY_SET_HEADERS, "X-Forwarded-Proto": "https,http"}
    return replace(settings, front=Front(proxy_set_headers=headers))


FAULT = Fault(
    title="nginx sends X-Forwarded-Proto https,http, which the registry copies into Location",
    check="location_wrong_scheme",
    failure_modes=("PROXY-24",),
    arguments=("--allow-writes",),
    settings=_changed,
    shows_on="push",
)
