"""The registry is to fetch a certificate from Let's Encrypt, and has been given one as well."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack


def _changed(settings: Settings) -> Settings:
    return replace(settings, registry_tls=True)


def _ask_lets_encrypt(stack: Stack) -> None:
    cache = "  tls:\n    letsencrypt:\n      cachefile: /var/opt/gitlab/registry/letsencrypt\n"
    stack.tree.edit(stack.tree.config_yml, "  tls:\n", cache)


FAULT = Fault(
    title="http.tls has a certificate and Let's Encrypt",
    check="letsencrypt_and_certificate",
    failure_modes=("TLS-15",),
    also=("registry_unreachable",),
    settings=_changed,
    files=_ask_lets_encrypt,
    registry_comes_up=False,
)
