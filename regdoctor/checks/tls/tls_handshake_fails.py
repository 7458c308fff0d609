"""TLS-12: TLS does not come about at all, for another reason than a certificate."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.served_path import source_of
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.injection import Absent
from regdoctor.remedies.certificates import see


@check(
    title="TLS comes about",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-12",),
    symptoms=(
        "remote error: tls: handshake failure",
        "remote error: tls: unrecognized name",
        "remote error: tls: internal error",
        "sslv3 alert handshake failure",
        "tlsv1 unrecognized name",
    ),
    explains=("login_unauthorized",),
    reference="https://nginx.org/en/docs/http/ngx_http_ssl_module.html",
)
def tls_handshake_fails(looks: TlsLooks, public: PublicAnswer | Absent) -> Iterator[Outcome]:
    """The server ends the handshake before it has shown a certificate, also to somebody who would trust any.

    `unrecognized name` comes from a server that has no block for this name (ssl_reject_handshake of nginx, a router of
    Traefik, an Ingress), `internal error` from one that has no certificate to show, `handshake failure` where ciphers
    or versions do not meet.

    Make the server know the name and give it a certificate for it; see its error log for what it minds.
    """
    for look in looks.looks:
        yield _judge(look, public)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls, public: PublicAnswer | Absent) -> Outcome:
    failure = look.failure
    if failure is None:
        return Pass(f"{look.endpoint.authority} speaks {look.protocol or 'TLS'}")
    if look.client_certificate is not None:
        return Skip(f"{look.endpoint.authority} wants a certificate of the client: see client_certificates_demanded")
    if failure.kind is not FailureKind.TLS:
        return Unknown(failure.message)
    if look.whose == "registry" and isinstance(public, PublicAnswer):
        if public.speaks_plain_http is not None and failure.not_tls:
            return Skip(f"{look.endpoint.authority} speaks plain HTTP: see plain_http_served")
        if public.best.exchange.failure is None and public.best.exchange.url.startswith("https:"):
            return Unknown(f"TLS failed at one look and not at another: {failure.message}")
    return Fail(
        f"TLS does not come about with {look.endpoint.authority} ({look.whose}): {failure.message}",
        evidence=(Quote(source_of(look), failure.message), look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy={
            Dialect.OMNIBUS: Remedy(
                "See what nginx minds, and that a server block of it has this name and a certificate.",
                (
                    "sudo tail -n 20 /var/log/gitlab/nginx/error.log",
                    "sudo grep -rn 'server_name\\|ssl_' /var/opt/gitlab/nginx/conf",
                    see(look.endpoint),
                ),
            ),
            Dialect.PLAIN: Remedy(
                "See with which versions and ciphers the server speaks, whether it has a certificate for this "
                "name, and "
                "what its error log says.",
                (see(look.endpoint),),
            ),
        },
    )
