"""NO_PROXY of Docker's daemon has the registry as a URL."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    proxies = {
        "https-proxy": f"http://127.0.0.1:{stack.settings.ports.closed}",
        "no-proxy": f"https://{stack.settings.public_host}/",
    }
    stack.tree.write("/etc/docker/daemon.json", json.dumps({"proxies": proxies}, indent=2))


FAULT = Fault(
    title="Docker's daemon is to spare the registry its proxy, by a URL that covers nothing",
    check="no_proxy_malformed",
    failure_modes=("CLI-02",),
    arguments=("--fail-on", "warning"),
    files=_write,
)
