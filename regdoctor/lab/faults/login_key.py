"""Docker's login is written under the registry's host without its port."""

import base64
import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.material import LOGIN
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    login = base64.b64encode(f"{LOGIN}:{stack.material.password}".encode()).decode()
    logins = {"auths": {"localhost": {"auth": login}}}
    stack.tree.write("/root/.docker/config.json", json.dumps(logins), mode=0o600)


FAULT = Fault(
    title="config.json of Docker has the login without the registry's port",
    check="login_key_mismatched",
    failure_modes=("CLI-04",),
    arguments=("--fail-on", "warning"),
    files=_write,
)
