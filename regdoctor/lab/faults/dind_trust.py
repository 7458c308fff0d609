"""Docker in Docker is not told what the host's Docker is told of registries."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack

_RUNNER = """\
concurrent = 4

[[runners]]
  name = "builds"
  url = "https://localhost"
  executor = "docker"
  [runners.docker]
    image = "docker:27"
    privileged = true
    [[runners.docker.services]]
      name = "docker:27-dind"
"""


def _write(stack: Stack) -> None:
    names = ["registry.example.com:5000"]
    stack.tree.write("/etc/docker/daemon.json", json.dumps({"insecure-registries": names}, indent=2))
    stack.tree.write("/etc/gitlab-runner/config.toml", _RUNNER, mode=0o600)


FAULT = Fault(
    title="The runner's docker:dind knows nothing of the host's insecure-registries",
    check="dind_ignores_host_trust",
    failure_modes=("CLI-11", "CLI-12"),
    arguments=("--fail-on", "warning"),
    files=_write,
)
