"""nginx listens on the public port without ssl."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(tls=False))


FAULT = Fault(
    title="The public port speaks plain HTTP",
    check="plain_http_served",
    failure_modes=("TLS-06",),
    settings=_changed,
)
