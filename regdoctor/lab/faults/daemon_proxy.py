"""The proxy of Docker's daemon has a port that is no number."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    proxies = {"https-proxy": "http://proxy.example.com:port"}
    stack.tree.write("/etc/docker/daemon.json", json.dumps({"proxies": proxies}, indent=2))


FAULT = Fault(
    title="Docker's daemon has a proxy whose address is no URL",
    check="daemon_proxy_malformed",
    failure_modes=("CLI-02",),
    files=_write,
)
