"""The certificate of https://localhost comes from an authority that nobody here trusts."""

from regdoctor.lab.certificates import Authority
from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack


def _write_foreign_certificate(stack: Stack) -> None:
    pair = Authority("somebody else's CA").issue_for_localhost()
    stack.tree.write("/etc/gitlab/ssl/localhost.crt", pair.certificate)
    stack.tree.write("/etc/gitlab/ssl/localhost.key", pair.key, mode=0o600)


FAULT = Fault(
    title="The served certificate comes from another authority than the trusted one",
    check="tls_not_verified",
    failure_modes=("TLS-01",),
    files=_write_foreign_certificate,
)
