"""The certificate by which the registry trusts GitLab's tokens is missing; the registry ends at its start."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _remove_bundle(stack: Stack) -> None:
    stack.tree.root_cert_bundle.unlink()


FAULT = Fault(
    title="The file that auth.token.rootcertbundle names does not exist",
    check="rootcertbundle_unusable",
    failure_modes=("AUTH-14",),
    also=("registry_unreachable",),
    files=_remove_bundle,
    registry_comes_up=False,
)
