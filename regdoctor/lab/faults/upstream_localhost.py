"""nginx looks for the registry at localhost, which is ::1, too; the registry listens on 127.0.0.1."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _name_localhost(stack: Stack) -> None:
    settings = stack.settings
    stack.tree.write("/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
    upstream = f"proxy_pass http://localhost:{settings.ports.registry};"
    stack.tree.edit(stack.tree.nginx_conf, f"proxy_pass {settings.internal_url};", upstream)


FAULT = Fault(
    title="nginx looks for the registry at ::1 as well, where it does not listen",
    check="upstream_is_localhost",
    failure_modes=("PROXY-18",),
    arguments=("--fail-on", "warning"),
    files=_name_localhost,
)
