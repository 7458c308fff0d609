"""config.yml has no auth section: everyone may pull, push and delete."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _without_auth(settings: Settings) -> Settings:
    return replace(settings, authenticated=False)


FAULT = Fault(
    title="The registry asks nobody for credentials: config.yml has no auth section",
    check="anonymous_access",
    failure_modes=("AUTH-13",),
    settings=_without_auth,
)
