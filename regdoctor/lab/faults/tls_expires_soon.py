"""The certificate of https://localhost, which is good for a year, ends in five days."""

from datetime import timedelta

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve_as_wished
from regdoctor.lab.stack import Stack


def _write_certificate(stack: Stack) -> None:
    serve_as_wished(stack, Wishes(since=timedelta(days=-360), until=timedelta(days=5)))


FAULT = Fault(
    title="The served certificate ends in five days",
    check="certificate_expires_soon",
    failure_modes=("TLS-05",),
    files=_write_certificate,
)
