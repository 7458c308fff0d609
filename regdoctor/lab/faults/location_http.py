"""nginx does not say that the client came by https, so uploads are sent on to http."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    headers = {**settings.front.proxy_set_headers, "X-Forwarded-Proto": None}
    return replace(settings, front=Front(proxy_set_headers=headers))


FAULT = Fault(
    title="nginx passes no X-Forwarded-Proto, so the registry sends uploads to http://",
    check="location_wrong_scheme",
    failure_modes=("PROXY-01", "PROXY-29"),
    arguments=("--allow-writes",),
    settings=_changed,
    shows_on="push",
)
