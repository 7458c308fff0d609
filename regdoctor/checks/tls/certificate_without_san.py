"""TLS-03: the certificate names its host in the common name alone, which clients no longer read."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.evidence.served_path import each_certificate, name_of, quote, unseen
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.remedies.certificates import replace_certificate


@check(
    title="The certificate lists its names in subjectAltName",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-03",),
    symptoms=("x509: certificate relies on legacy Common Name field, use SANs instead",),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/ssl_troubleshooting/",
)
def certificate_without_san(looks: TlsLooks) -> Iterator[Outcome]:
    """Programs written in Go, docker, containerd and podman among them, look for the host in subjectAltName and nowhere
    else.

    Go 1.15 stopped reading the common name, and 1.17 took away the switch that brought it back
    (GODEBUG=x509ignoreCN=0). Certificates made by hand with `openssl req -x509 -subj /CN=HOST` have none. curl may
    still accept them.

    Have the certificate made anew with a subjectAltName of the host: `openssl req` takes it by
    `-addext subjectAltName=DNS:HOST`.
    """
    for look in each_certificate(looks):
        yield _judge(look)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls) -> Outcome:
    leaf = look.leaf
    if leaf is None:
        return unseen(look)
    if leaf.has_san:
        return Pass(f"the certificate of {look.endpoint.authority} has a subjectAltName")
    host = look.endpoint.host
    kind = "IP" if ":" in host or host.replace(".", "").isdigit() else "DNS"
    return Fail(
        f"The certificate of {look.endpoint.authority} ({look.whose}), {name_of(leaf)}, has no subjectAltName: clients "
        "no longer read the common name",
        evidence=(quote(look, leaf, "no subjectAltName"), look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy=replace_certificate(look.endpoint, f"Have a certificate made with the subjectAltName {kind}:{host}."),
    )
