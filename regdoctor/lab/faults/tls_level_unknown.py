"""http.tls.minimumtls has a word that the registry does not know."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack


def _changed(settings: Settings) -> Settings:
    return replace(settings, registry_tls=True)


def _misspell(stack: Stack) -> None:
    stack.tree.edit(stack.tree.config_yml, "  tls:\n", "  tls:\n    minimumtls: TLSv1.2\n")


FAULT = Fault(
    title="http.tls.minimumtls is TLSv1.2, which the registry calls tls1.2",
    check="tls_setting_invalid",
    failure_modes=("TLS-12",),
    also=("registry_unreachable",),
    settings=_changed,
    files=_misspell,
    registry_comes_up=False,
)
