"""TLS-05: a certificate that is served has expired."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.distribution.openssl_verdicts import EXPIRED, UNKNOWN_AUTHORITY
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import endpoint_of
from regdoctor.evidence.recorder_trust import ASKED_BY_CLIENTS, UNANSWERED, Objection, objection_of, quotes_of_refusal
from regdoctor.evidence.served_path import each_certificate, name_of, quote, unseen
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls, TlsLooks
from regdoctor.evidence.story import Story
from regdoctor.evidence.validity import Standing, clocks_in_words, in_words, standings
from regdoctor.remedies.certificates import replace_certificate, see
from regdoctor.sign import sign


@check(
    title="No certificate that is served has expired",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-05",),
    symptoms=("x509: certificate has expired or is not yet valid", "certificate has expired"),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/",
)
def certificate_expired(looks: TlsLooks) -> Iterator[Outcome]:
    """Clients refuse a certificate after its last day, and a chain that leads through one.

    That may be the server's own certificate, or an intermediate that was put into the file years ago: in May 2020 and
    in September 2021 expired roots that were served along (AddTrust, DST Root CA X3) broke clients that could not find
    another way, and troubled none of the others. Whether a date has passed is judged by the clock here, and by the
    server's Date where that contradicts it: where the two disagree, nobody knows.

    Renew the certificate and reload what serves it; take an expired one further up out of the file.
    """
    for look in each_certificate(looks):
        yield from _judge(look)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls) -> Iterator[Outcome]:
    leaf = look.leaf
    if leaf is None:
        yield unseen(look)
        return
    found = standings(leaf, look)
    if found == {Standing.OVER}:
        yield _expired(look, leaf)
    elif Standing.OVER in found:
        yield Unknown(
            f"whether the certificate of {look.endpoint.authority} has expired ({in_words(leaf.facts.not_after)}) "
            "is not "
            f"clear: {clocks_in_words(look)}"
        )
    upper = list(_further_up(look))
    yield from upper
    if Standing.OVER not in found and not upper:
        yield Pass(f"no certificate of {look.endpoint.authority} has expired")


def _expired(look: ServedTls, leaf: ServedCertificate) -> Fail:
    end = in_words(leaf.facts.not_after)
    return Fail(
        f"The certificate of {look.endpoint.authority} ({look.whose}) expired on {end}; {clocks_in_words(look)}",
        evidence=(quote(look, leaf, f"notAfter {end}"), look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy=replace_certificate(look.endpoint, "Renew the certificate."),
    )


def _further_up(look: ServedTls) -> Iterator[Outcome]:
    refused = look.by_docker
    in_the_way = refused is not None and refused.code == EXPIRED and refused.depth > 0
    over = [one for one in look.chain[1:] if standings(one, look) == {Standing.OVER}]
    for one in over:
        yield _expired_above(look, one, in_the_way=in_the_way)
    if not in_the_way or over:
        return
    if any(Standing.OVER in standings(one, look) for one in look.chain[1:]):
        yield Unknown(f"whether an intermediate has expired is not clear: {clocks_in_words(look)}")
        return
    yield Fail(
        f"The chain of {look.endpoint.authority} ({look.whose}) leads to a certificate in this host's store that has "
        f"expired; {clocks_in_words(look)}",
        evidence=(quote(look, look.chain[-1], refused.words if refused else ""), look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy=replace_certificate(
            look.endpoint, "Bring the store of authorities up to date, or have a certificate of another authority."
        ),
    )


def _expired_above(look: ServedTls, one: ServedCertificate, *, in_the_way: bool) -> Fail:
    end = in_words(one.facts.not_after)
    unknown = look.by_docker is not None and look.by_docker.code in UNKNOWN_AUTHORITY
    severity = None if in_the_way else Severity.WARNING if unknown else Severity.INFO
    effect = "" if in_the_way or unknown else "; clients of today find another way, old ones may not"
    return Fail(
        f"{look.endpoint.authority} ({look.whose}) serves a certificate along that expired on {end}: {name_of(one)}"
        + effect,
        evidence=(quote(look, one, f"notAfter {end}"), look.endpoint.said_by),
        resource=look.endpoint.url,
        severity=severity,
        remedy=replace_certificate(
            look.endpoint, "Take the expired certificate out of the served file, and put its successor there."
        ),
    )


@sign(certificate_expired, parts=ASKED_BY_CLIENTS, statuses=UNANSWERED)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """By the recorder's clock, and of a chain that the recorder's store completes: a client may find another way."""
    if objection_of(call) is not Objection.EXPIRED:
        return None
    endpoint = endpoint_of(call)
    return Fail(
        f"The recorder refuses the certificate of {endpoint.authority}, which has expired by its clock, or one above "
        "it has: clients refuse it as well, unless that clock is wrong",
        evidence=quotes_of_refusal(call),
        resource=endpoint.url,
        severity=Severity.ERROR,
        remedy=replace_certificate(
            endpoint, "See that the recorder's clock is right, then renew the certificate.", ("date", see(endpoint))
        ),
    )
