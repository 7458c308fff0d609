"""Nothing listens where the object store should be, so every URL of the registry answers 503."""

import sys
from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.programs import minimal_environment
from regdoctor.lab.stack import Stack


def _nobody_can_listen(stack: Stack) -> None:
    """Name a port as the store's that a process of the stack holds, so that no other program takes it meanwhile."""
    run = stack.folder / "run"
    log = run / "held-port.log"
    log.unlink(missing_ok=True)  # of an earlier time, with an earlier number
    holder = stack.processes.start(
        "held port", [sys.executable, "-m", "regdoctor.lab.ports"], log=log, environment=minimal_environment(run)
    )
    holder.wait_ready(lambda: log.read_text("utf-8").endswith("\n"))
    port = int(log.read_text("utf-8"))
    stack.rewrite_files(replace(stack.settings, store_endpoint=f"http://127.0.0.1:{port}"))


FAULT = Fault(
    title="The object store is down: connections to it are refused",
    check="s3_unreachable",
    also=("registry_unhealthy",),
    failure_modes=("CFG-01",),
    files=_nobody_can_listen,
    processes=Stack.wait_unhealthy,
)
