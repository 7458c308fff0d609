"""GitLab's clock is ten minutes behind, so its tokens have expired when the registry sees them."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _behind(settings: Settings) -> Settings:
    return replace(settings, gitlab_clock="-10m")


FAULT = Fault(
    title="GitLab's clock is ten minutes behind the registry's",
    check="token_clock_skew",
    failure_modes=("AUTH-08",),
    also=("token_not_in_its_time", "login_unauthorized"),
    settings=_behind,
)
