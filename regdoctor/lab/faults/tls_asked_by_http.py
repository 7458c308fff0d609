"""nginx speaks plain HTTP to a registry that takes TLS."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack


def _changed(settings: Settings) -> Settings:
    return replace(settings, registry_tls=True)


def _ask_by_http(stack: Stack) -> None:
    stack.tree.edit(stack.tree.nginx_conf, "proxy_pass https://", "proxy_pass http://")


FAULT = Fault(
    title="The registry takes TLS, and nginx asks it by plain HTTP",
    check="tls_asked_by_http",
    failure_modes=("TLS-07",),
    settings=_changed,
    files=_ask_by_http,
)
