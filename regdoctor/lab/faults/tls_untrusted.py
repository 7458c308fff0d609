"""The certificate of https://localhost comes from an authority that nobody here trusts."""

from regdoctor.lab.certificates import Authority
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve
from regdoctor.lab.stack import Stack


def _write_foreign_certificate(stack: Stack) -> None:
    serve(stack, Authority("somebody else's CA").issue_for_localhost())


FAULT = Fault(
    title="The served certificate comes from another authority than the trusted one",
    check="authority_unknown",
    failure_modes=("TLS-01",),
    files=_write_foreign_certificate,
)
