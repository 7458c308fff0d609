"""podman's registries.conf names a registry with its scheme, and is refused as a whole."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    entry = f'[[registry]]\nlocation = "https://{stack.settings.public_host}"\n'
    stack.tree.write("/etc/containers/registries.conf", entry)


FAULT = Fault(
    title="registries.conf names the registry as a URL",
    check="insecure_registry_with_scheme",
    failure_modes=("TLS-08",),
    files=_write,
)
