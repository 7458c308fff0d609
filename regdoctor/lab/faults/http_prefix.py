"""http.prefix moves the registry to /registry/v2/, where no client looks for it."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _set_prefix(stack: Stack) -> None:
    stack.tree.edit(stack.tree.config_yml, "http:\n  addr:", "http:\n  prefix: /registry/\n  addr:")


FAULT = Fault(
    title="The registry expects /registry/ before /v2/",
    check="registry_under_a_path",
    failure_modes=("PROXY-13",),
    files=_set_prefix,
)
