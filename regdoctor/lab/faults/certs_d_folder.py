"""The folder of certs.d is named after the certificate's file, not after the registry."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write(stack: Stack) -> None:
    port = stack.settings.ports.public
    stack.tree.write(f"/etc/docker/certs.d/localhost.crt:{port}/ca.crt", stack.material.authority_certificate)


FAULT = Fault(
    title="The folder of certs.d is called localhost.crt and the port",
    check="certs_d_folder_misnamed",
    failure_modes=("TLS-09",),
    files=_write,
)
