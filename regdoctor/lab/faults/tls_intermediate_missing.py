"""The certificate of https://localhost was signed by an intermediate that is not sent along."""

from regdoctor.lab.certificates import Authority, Wishes
from regdoctor.lab.fault import Fault
from regdoctor.lab.served_pair import serve
from regdoctor.lab.stack import Stack


def _leave_the_intermediate_out(stack: Stack) -> None:
    intermediate = Authority("regdoctor lab intermediate", above=stack.material.authority)
    serve(stack, intermediate.issue(Wishes(issuer_url="http://pki.example.com/lab-intermediate.crt")))


FAULT = Fault(
    title="The served file holds the server's certificate alone, without its intermediate",
    check="intermediate_missing",
    failure_modes=("TLS-02",),
    files=_leave_the_intermediate_out,
)
