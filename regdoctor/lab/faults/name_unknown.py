"""The registry's public name is in no DNS."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _rename(stack: Stack) -> None:
    port = stack.settings.ports.public
    stack.tree.edit(stack.tree.gitlab_rb, f"https://localhost:{port}", f"https://registry.invalid:{port}")
    stack.tree.edit(stack.tree.gitlab_yml, f"localhost\n    port: {port}", f"registry.invalid\n    port: {port}")
    stack.tree.edit(stack.tree.nginx_conf, "server_name localhost;", "server_name registry.invalid;")
    # Else the store on loopback would be told of as well: it is out of reach for clients of such a name.
    stack.tree.edit(stack.tree.gitlab_rb, "'redirect' => { 'disable' => false }", "'redirect' => { 'disable' => true }")
    stack.tree.edit(stack.tree.config_yml, '"redirect": {"disable": false}', '"redirect": {"disable": true}')


FAULT = Fault(
    title="The registry's public name, registry.invalid, has no address",
    check="registry_unreachable",
    failure_modes=("CLI-06",),
    arguments=("--fail-on", "warning"),
    files=_rename,
)
