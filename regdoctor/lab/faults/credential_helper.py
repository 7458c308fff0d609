"""Docker's logins are kept by a program that is not installed."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    stack.tree.write("/usr/bin/docker", "", mode=0o755)  # without any program, it would be a copy of files alone
    stack.tree.write("/root/.docker/config.json", json.dumps({"credsStore": "secretservice"}), mode=0o600)


FAULT = Fault(
    title="config.json of Docker has logins kept by docker-credential-secretservice, which is not there",
    check="credential_helper_missing",
    failure_modes=("CLI-03",),
    files=_write,
)
