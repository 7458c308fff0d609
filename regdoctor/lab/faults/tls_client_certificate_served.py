"""The certificate of https://localhost is one for clients."""

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve_as_wished
from regdoctor.lab.stack import Stack


def _write_certificate(stack: Stack) -> None:
    serve_as_wished(stack, Wishes(for_clients=True))


FAULT = Fault(
    title="The served certificate is made for clients, not for servers",
    check="certificate_unfit",
    failure_modes=("TLS-01",),
    files=_write_certificate,
)
