"""A path in proxy_pass makes nginx ask the registry for other paths than clients do."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _name_a_path(stack: Stack) -> None:
    conf, upstream = stack.tree.nginx_conf, stack.settings.internal_url
    stack.tree.edit(conf, "  location / {", "  location /v2 {")
    stack.tree.edit(conf, f"proxy_pass {upstream};", f"proxy_pass {upstream}/v2/;")


FAULT = Fault(
    title="nginx makes /v2//… of the paths that clients ask for",
    check="proxy_pass_doubles_slash",
    failure_modes=("PROXY-15",),
    files=_name_a_path,
)
