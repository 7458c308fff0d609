"""nginx gives the registry ten seconds for its answer."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _shorten(stack: Stack) -> None:
    stack.tree.edit(stack.tree.nginx_conf, "proxy_read_timeout 900;", "proxy_read_timeout 10s;")


FAULT = Fault(
    title="nginx gives up on the registry after 10 seconds",
    check="proxy_timeout_short",
    failure_modes=("PROXY-10",),
    arguments=("--fail-on", "warning"),
    files=_shorten,
)
