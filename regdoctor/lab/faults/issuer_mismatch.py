"""GitLab and the registry name two issuers."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _rename(stack: Stack) -> None:
    config = stack.tree.config_yml
    told = config.read_text()
    config.write_text(told.replace("    issuer: omnibus-gitlab-issuer\n", "    issuer: gitlab-issuer\n"))


FAULT = Fault(
    title="The registry accepts tokens of gitlab-issuer, and GitLab writes omnibus-gitlab-issuer into them",
    check="issuer_mismatch",
    failure_modes=("AUTH-05",),
    also=("login_unauthorized",),
    files=_rename,
)
