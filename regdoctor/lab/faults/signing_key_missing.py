"""GitLab's registry key is not there, so GitLab answers 500 instead of a token."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _remove_key(stack: Stack) -> None:
    stack.tree.signing_key.unlink()


FAULT = Fault(
    title="The key that GitLab should sign tokens with does not exist",
    check="signing_key_unusable",
    failure_modes=("GL-01",),
    also=("token_service_fails",),
    files=_remove_key,
)
