"""nginx lets every method through but PATCH."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(location_lines=("limit_except GET HEAD POST PUT DELETE { deny all; }",)))


FAULT = Fault(
    title="nginx refuses PATCH, with which docker sends its layers",
    check="method_refused",
    failure_modes=("PROXY-21",),
    shows_on="push",
    settings=_changed,
)
