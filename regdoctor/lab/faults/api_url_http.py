"""GitLab asks a registry by plain HTTP that takes TLS; clients come through nginx and succeed."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack


def _changed(settings: Settings) -> Settings:
    return replace(settings, registry_tls=True)


def _ask_by_http(stack: Stack) -> None:
    stack.tree.edit(stack.tree.gitlab_rb, "['registry_api_url'] = 'https://", "['registry_api_url'] = 'http://")
    stack.tree.edit(stack.tree.gitlab_yml, "api_url: https://", "api_url: http://")


FAULT = Fault(
    title="The registry takes TLS, and GitLab's api_url has http://",
    check="api_url_not_the_registry",
    failure_modes=("TLS-07",),
    settings=_changed,
    files=_ask_by_http,
)
