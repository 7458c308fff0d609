"""nginx takes no header of more than 4 KB."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(server_lines=("large_client_header_buffers 4 4k;",)))


FAULT = Fault(
    title="nginx refuses the large tokens that many scopes make",
    check="header_size_limited",
    failure_modes=("PROXY-22",),
    arguments=("--fail-on", "warning"),
    settings=_changed,
)
