"""The realm leads to a path where GitLab is not, and a page of HTML answers."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _under_a_path(settings: Settings) -> Settings:
    return replace(settings, token_realm=f"{settings.gitlab_url}/gitlab")


FAULT = Fault(
    title="The registry sends clients to /gitlab/jwt/auth for tokens, where a page says 404",
    check="realm_not_gitlab",
    failure_modes=("AUTH-10", "AUTH-11"),
    also=("realm_answers_html",),
    settings=_under_a_path,
)
