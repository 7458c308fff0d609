"""nginx sends Forwarded without the scheme, so the registry passes X-Forwarded-Proto over."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(location_lines=('proxy_set_header Forwarded "for=$remote_addr";',)))


FAULT = Fault(
    title="nginx sends Forwarded without proto=, and the registry sends uploads to http://",
    check="forwarded_header_hides_scheme",
    failure_modes=("PROXY-23",),
    also=("location_wrong_scheme",),
    arguments=("--allow-writes",),
    settings=_changed,
    shows_on="push",
)
