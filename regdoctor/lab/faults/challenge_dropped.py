"""nginx keeps the registry's challenge from its clients."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(hidden_headers=("WWW-Authenticate",)))


FAULT = Fault(
    title="nginx hides WWW-Authenticate, so clients do not know where to get a token",
    check="challenge_rewritten",
    failure_modes=("AUTH-21",),
    settings=_changed,
)
