"""nginx wants to know the length of every body beforehand."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(server_lines=("if ($http_transfer_encoding) { return 411; }",)))


FAULT = Fault(
    title="nginx refuses bodies in chunks, as docker sends them",
    check="chunked_refused",
    failure_modes=("PROXY-09",),
    shows_on="push",
    settings=_changed,
)
