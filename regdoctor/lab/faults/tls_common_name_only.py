"""The certificate of https://localhost names its host in the common name alone."""

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve_as_wished
from regdoctor.lab.stack import Stack


def _write_certificate(stack: Stack) -> None:
    serve_as_wished(stack, Wishes(names=()))


FAULT = Fault(
    title="The served certificate has no subjectAltName",
    check="certificate_without_san",
    failure_modes=("TLS-03",),
    files=_write_certificate,
)
