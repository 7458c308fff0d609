"""nginx refuses requests of more than 1 MiB, as it does unless it is told otherwise."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _leave_default(stack: Stack) -> None:
    conf = stack.tree.nginx_conf
    conf.write_text(conf.read_text("utf-8").replace("  client_max_body_size 0;\n", ""), "utf-8")


FAULT = Fault(
    title="nginx has its default limit for the body of a request, 1 MiB",
    check="body_size_limited",
    failure_modes=("PROXY-05",),
    arguments=("--allow-writes",),
    files=_leave_default,
    shows_on="push",
)
"""Seen by uploads that grow: a small image is pushed all the same."""
