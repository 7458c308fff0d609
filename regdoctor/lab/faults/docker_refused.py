"""nginx takes docker for a bot."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(server_lines=("if ($http_user_agent ~* docker) { return 403; }",)))


FAULT = Fault(
    title="nginx refuses whatever calls itself docker",
    check="client_refused",
    failure_modes=("PROXY-21",),
    settings=_changed,
)
