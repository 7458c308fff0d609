"""The registry asks GitLab for tokens under another name than container_registry."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _rename(stack: Stack) -> None:
    config = stack.tree.config_yml
    told = config.read_text()
    config.write_text(told.replace("    service: container_registry\n", "    service: registry.example.com\n"))


FAULT = Fault(
    title="The registry calls itself registry.example.com, a service that GitLab does not know",
    check="service_mismatch",
    failure_modes=("AUTH-06",),
    files=_rename,
)
