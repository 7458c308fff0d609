"""GitLab's registry key may not be read by the user git, so GitLab answers 500 instead of a token."""

import os

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _shut_git_out(stack: Stack) -> None:
    # Root's own file is what a careless copy leaves. Without root's rights the mode bits must keep git out.
    stack.tree.protect(stack.tree.signing_key, owner="root", mode=0o600 if os.geteuid() == 0 else 0o000)


FAULT = Fault(
    title="The user git may not read the key that GitLab should sign tokens with",
    check="signing_key_unusable",
    failure_modes=("GL-02",),
    also=("token_service_fails",),
    files=_shut_git_out,
)
