"""nginx is told to keep each layer on its disk before it passes it on."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _buffer(stack: Stack) -> None:
    stack.tree.edit(stack.tree.nginx_conf, "proxy_request_buffering off;", "proxy_request_buffering on;")


FAULT = Fault(
    title="nginx writes every layer to its own disk first",
    check="request_buffering",
    failure_modes=("PROXY-08",),
    arguments=("--fail-on", "warning"),
    files=_buffer,
)
