"""The authority in certs.d has the ending of a client's certificate."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    folder = f"/etc/docker/certs.d/{stack.settings.public_host}"
    stack.tree.write(f"{folder}/ca.cert", stack.material.authority_certificate)


FAULT = Fault(
    title="The authority in certs.d is called ca.cert",
    check="certs_d_file_misnamed",
    failure_modes=("TLS-09",),
    files=_write,
)
