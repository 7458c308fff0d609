"""Docker's daemon.json names an insecure registry with its scheme."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    names = [f"http://{stack.settings.public_host}"]
    stack.tree.write("/etc/docker/daemon.json", json.dumps({"insecure-registries": names}, indent=2))


FAULT = Fault(
    title="insecure-registries of daemon.json holds a URL",
    check="insecure_registry_with_scheme",
    failure_modes=("TLS-08",),
    arguments=("--fail-on", "info"),
    files=_write,
)
