"""The certificate of https://localhost expired yesterday."""

from datetime import timedelta

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve_as_wished
from regdoctor.lab.stack import Stack


def _write_certificate(stack: Stack) -> None:
    serve_as_wished(stack, Wishes(since=timedelta(days=-91), until=timedelta(days=-1)))


FAULT = Fault(
    title="The served certificate has expired",
    check="certificate_expired",
    failure_modes=("TLS-05",),
    files=_write_certificate,
)
