"""nginx passes the host name without its port, so uploads are sent on to port 443."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    headers = {**settings.front.proxy_set_headers, "Host": "$host"}
    return replace(settings, front=Front(proxy_set_headers=headers))


FAULT = Fault(
    title="nginx passes Host without the port, so the registry sends uploads to port 443",
    check="location_loses_port",
    failure_modes=("PROXY-02",),
    arguments=("--allow-writes",),
    settings=_changed,
    shows_on="push",
)
