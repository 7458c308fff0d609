"""The registry takes TLS itself, and its key is not the one that its certificate was made for."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack

_KEY = "/var/opt/gitlab/registry/registry.key"


def _changed(settings: Settings) -> Settings:
    return replace(settings, registry_tls=True, registry_tls_key=_KEY)


def _write_another_key(stack: Stack) -> None:
    other = stack.material.authority.issue_for_localhost()
    stack.tree.write(_KEY, other.key, owner="registry", mode=0o600)


FAULT = Fault(
    title="The registry has a certificate and the key of another one",
    check="tls_pair_unusable",
    failure_modes=("TLS-10",),
    also=("registry_unreachable",),
    settings=_changed,
    files=_write_another_key,
    registry_comes_up=False,
)
