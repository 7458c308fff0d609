"""nginx passes requests on to its upstream, whose name has a slip of the pen in it, and does not start."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _misspell(stack: Stack) -> None:
    conf, settings = stack.tree.nginx_conf, stack.settings
    upstream = f"upstream gitlab-registry {{\n  server {settings.registry_address};\n}}\n\nserver {{"
    stack.tree.edit(conf, "server {", upstream)
    stack.tree.edit(conf, f"proxy_pass {settings.internal_url};", "proxy_pass http://gitlab_registry;")


FAULT = Fault(
    title="nginx passes requests on to gitlab_registry, and its upstream is called gitlab-registry",
    check="upstream_name_unknown",
    failure_modes=("PROXY-17",),
    also=("registry_unreachable",),
    files=_misspell,
    front_comes_up=False,
)
