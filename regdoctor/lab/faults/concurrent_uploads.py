"""Docker pushes a hundred layers at once."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    stack.tree.write("/etc/docker/daemon.json", json.dumps({"max-concurrent-uploads": 100}))


FAULT = Fault(
    title="daemon.json lets Docker push 100 layers at once",
    check="uploads_saturate",
    failure_modes=("CLI-07",),
    arguments=("--fail-on", "info"),
    files=_write,
)
