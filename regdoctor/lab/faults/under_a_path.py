"""nginx serves the registry below /registry/ only, where no client looks for it."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _move(stack: Stack) -> None:
    below = "  location /registry/ {\n    rewrite ^/registry/(.*) /$1 break;"
    stack.tree.edit(stack.tree.nginx_conf, "  location / {", below)


FAULT = Fault(
    title="nginx serves the registry below /registry/ and answers 404 at /v2/",
    check="registry_under_a_path",
    failure_modes=("PROXY-13",),
    files=_move,
)
