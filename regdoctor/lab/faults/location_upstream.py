"""nginx does not pass the client's Host, so uploads are sent on to the registry's inner address."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    headers = {**settings.front.proxy_set_headers, "Host": None}
    return replace(settings, front=Front(proxy_set_headers=headers))


FAULT = Fault(
    title="nginx passes no Host, so the registry sends uploads to its inner address",
    check="location_shows_upstream",
    failure_modes=("PROXY-03",),
    arguments=("--allow-writes",),
    settings=_changed,
    shows_on="push",
)
