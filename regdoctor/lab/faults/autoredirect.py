"""The registry sends clients to its own host for tokens."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _switch_on(stack: Stack) -> None:
    config = stack.tree.config_yml
    told = config.read_text()
    config.write_text(told.replace("    autoredirect: false\n", "    autoredirect: true\n"))


FAULT = Fault(
    title="auth.token.autoredirect is on, so that the realm in config.yml does not count",
    check="autoredirect_replaces_realm",
    failure_modes=("AUTH-12",),
    files=_switch_on,
)
