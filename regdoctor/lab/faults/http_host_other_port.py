"""http.host of the registry names another port than that by which clients come."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _name_another_port(stack: Stack) -> None:
    stack.tree.edit(stack.tree.config_yml, "http:\n  addr:", "http:\n  host: https://localhost\n  addr:")


FAULT = Fault(
    title="http.host sends clients on to port 443",
    check="http_host_overrides",
    failure_modes=("PROXY-27",),
    also=("location_loses_port",),
    arguments=("--allow-writes",),
    files=_name_another_port,
    shows_on="push",
)
