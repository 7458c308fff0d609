"""daemon.json has an option of dockerd's command line in the place of the setting."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    names = [stack.settings.public_host]
    stack.tree.write("/etc/docker/daemon.json", json.dumps({"insecure-registry": names}, indent=2))


FAULT = Fault(
    title="daemon.json says insecure-registry, which Docker passes over",
    check="daemon_json_unreadable",
    failure_modes=("CLI-11", "TLS-08"),
    files=_write,
)
