"""config.yml was changed after the registry's start: nothing listens on the debug address that it names."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _name_another_address(stack: Stack) -> None:
    stack.rewrite_files(replace(stack.settings, debug_address=f"127.0.0.1:{stack.settings.ports.closed}"))


FAULT = Fault(
    title="Nothing listens on config.yml's debug address: the registry was not restarted after a change",
    check="debug_server_unreachable",
    failure_modes=("CFG-03",),
    processes=_name_another_address,
)
