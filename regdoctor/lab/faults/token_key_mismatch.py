"""GitLab signs tokens with a key that the registry does not trust."""

from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _replace_key(stack: Stack) -> None:
    path = "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
    stack.tree.write(path, signing_pair().key, owner="git", mode=0o600)


FAULT = Fault(
    title="GitLab signs tokens with another key than the one whose certificate the registry trusts",
    check="token_key_mismatch",
    failure_modes=("AUTH-01",),
    also=("login_unauthorized",),
    files=_replace_key,
)
