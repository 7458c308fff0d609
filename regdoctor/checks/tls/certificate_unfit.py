"""TLS-01: the chain leads to a known authority in its time, and clients refuse it for what a certificate says."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.distribution.openssl_verdicts import (
    EXPIRED,
    NOT_YET_VALID,
    TOO_WEAK,
    UNKNOWN_AUTHORITY,
    WRONG_PURPOSE,
)
from regdoctor.evidence.served_path import each_certificate, path_of, quote, unseen
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.remedies.certificates import replace_certificate

_JUDGED_ELSEWHERE = UNKNOWN_AUTHORITY | {EXPIRED, NOT_YET_VALID}


@check(
    title="The served certificates may be used for a server",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-01",),
    symptoms=(
        "x509: certificate specifies an incompatible key usage",
        "x509: invalid signature: parent certificate cannot sign this kind of certificate",
        "x509: too many intermediates for path length constraint",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/ssl_troubleshooting/",
)
def certificate_unfit(looks: TlsLooks) -> Iterator[Outcome]:
    """A certificate may be of a known authority, in its time and of the right name, and still not be one for a server.

    extendedKeyUsage may allow clients alone; an intermediate may not say that it is an authority, or may not sign for
    this name (nameConstraints) or this deep (pathLenConstraint). Such certificates come from templates made by hand.
    What OpenSSL alone minds, the length of a key or its hash, is left open: docker may take it.

    Have the certificate made anew with extendedKeyUsage serverAuth, under authorities that may sign it.
    """
    for look in each_certificate(looks):
        yield _judge(look)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls) -> Outcome:
    path, refused = path_of(look), look.by_docker
    if not path:
        return unseen(look)
    if refused is None or refused.code in _JUDGED_ELSEWHERE:
        return Pass(f"nothing that is written in the certificates of {look.endpoint.authority} bars them")
    if refused.code in TOO_WEAK:
        return Unknown(
            f"OpenSSL takes a certificate of {look.endpoint.authority} for too weak, docker may take it: "
            f"{refused.words}"
        )
    at_fault = path[min(refused.depth, len(path) - 1)]
    why = refused.words
    if refused.code == WRONG_PURPOSE:
        why += ", its extendedKeyUsage or keyUsage is not that of a server"
    return Fail(
        f"Clients refuse the certificate of {look.endpoint.authority} ({look.whose}): {why}",
        evidence=(quote(look, at_fault, refused.words), look.endpoint.said_by),
        resource=look.endpoint.url,
        failure_modes=() if refused.code == WRONG_PURPOSE else None,
        remedy=replace_certificate(
            look.endpoint, "Have a certificate made for a server (extendedKeyUsage serverAuth) by a proper authority."
        ),
    )
