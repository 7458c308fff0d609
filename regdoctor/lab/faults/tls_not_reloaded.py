"""The certificate of https://localhost was renewed on disk, and nobody told the servers."""

from datetime import timedelta

from regdoctor.lab.certificates import Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve_as_wished
from regdoctor.lab.stack import Stack


def _serve_an_old_one(stack: Stack) -> None:
    serve_as_wished(stack, Wishes(since=timedelta(days=-91), until=timedelta(days=-1)))


def _renew_without_a_reload(stack: Stack) -> None:
    serve_as_wished(stack, Wishes())


FAULT = Fault(
    title="The certificate was renewed on disk, and the servers still show the one before, which has expired",
    check="served_certificate_stale",
    failure_modes=("TLS-05", "TLS-10"),
    also=("certificate_expired",),
    files=_serve_an_old_one,
    processes=_renew_without_a_reload,
)
