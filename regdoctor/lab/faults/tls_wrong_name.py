"""The certificate of https://localhost is made for another host."""

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve_as_wished
from regdoctor.lab.stack import Stack


def _write_certificate(stack: Stack) -> None:
    serve_as_wished(stack, Wishes(names=("registry.example.com", "*.localhost")))


FAULT = Fault(
    title="The served certificate is made for other names than localhost",
    check="certificate_wrong_name",
    failure_modes=("TLS-04",),
    files=_write_certificate,
)
