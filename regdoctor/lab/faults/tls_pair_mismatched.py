"""nginx has a certificate for the registry, and beside it the key of another one."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write_another_pair(stack: Stack) -> None:
    ours, other = stack.material.server, stack.material.authority.issue_for_localhost()
    stack.tree.write("/etc/gitlab/ssl/registry.crt", ours.certificate)
    stack.tree.write("/etc/gitlab/ssl/registry.key", other.key, mode=0o600)
    stack.tree.edit(stack.tree.nginx_conf, "/etc/gitlab/ssl/localhost.", "/etc/gitlab/ssl/registry.")


FAULT = Fault(
    title="nginx has a certificate and the key of another one",
    check="tls_pair_unusable",
    failure_modes=("TLS-10",),
    also=("registry_unreachable",),
    files=_write_another_pair,
    front_comes_up=False,
)
