"""The registry does not run; nginx answers 502 for it."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _stop_registry(stack: Stack) -> None:
    stack.processes.stop("registry")


FAULT = Fault(
    title="The registry is stopped, nginx answers 502",
    check="registry_unreachable",
    failure_modes=("PROXY-18",),
    processes=_stop_registry,
)
