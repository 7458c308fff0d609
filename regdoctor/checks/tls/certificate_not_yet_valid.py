"""TLS-05: a certificate that is served is not valid yet, or a clock is behind."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.distribution.openssl_verdicts import NOT_YET_VALID
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
    title="Every certificate that is served is valid already",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-05",),
    symptoms=("x509: certificate has expired or is not yet valid", "certificate is not yet valid"),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/",
)
def certificate_not_yet_valid(looks: TlsLooks) -> Iterator[Outcome]:
    """Clients refuse a certificate before its first day as they do after its last.

    The clock of the machine where it was made was ahead, or it was prepared for a later day; where this machine's own
    clock is behind, its clients alone see the error. Where the server's Date says so, the verdict is left open.

    Set the clock right that is wrong; or put the former certificate back until the day comes, and reload the server.
    """
    for look in each_certificate(looks):
        yield _judge(look)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls) -> Outcome:
    leaf, refused = look.leaf, look.by_docker
    if leaf is None:
        return unseen(look)
    stopped_above = refused is not None and refused.code == NOT_YET_VALID and refused.depth > 0
    judged = look.chain if stopped_above else (leaf,)
    found = {one: standings(one, look) for one in judged}
    early = next((one for one, where in found.items() if where == {Standing.NOT_YET}), None)
    if early is not None:
        return _fail(look, early)
    if any(Standing.NOT_YET in where for where in found.values()):
        return Unknown(
            f"whether the certificate of {look.endpoint.authority} is valid yet ({in_words(leaf.facts.not_before)}) is "
            f"not clear: {clocks_in_words(look)}"
        )
    return Pass(f"the certificate of {look.endpoint.authority} is valid since {in_words(leaf.facts.not_before)}")


def _fail(look: ServedTls, early: ServedCertificate) -> Fail:
    start = in_words(early.facts.not_before)
    return Fail(
        f"{look.endpoint.authority} ({look.whose}) serves a certificate that is valid from {start} on "
        f"({name_of(early)}), "
        f"and {clocks_in_words(look)}",
        evidence=(quote(look, early, f"notBefore {start}"), look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy=replace_certificate(
            look.endpoint,
            "See that this machine's clock is right; then serve a certificate that is valid today.",
            ("timedatectl status", see(look.endpoint)),
        ),
    )


@sign(certificate_not_yet_valid, parts=ASKED_BY_CLIENTS, statuses=UNANSWERED)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """By the recorder's clock, which may be the one that is behind."""
    if objection_of(call) is not Objection.NOT_YET_VALID:
        return None
    endpoint = endpoint_of(call)
    return Fail(
        f"The recorder refuses the certificate of {endpoint.authority}, which is not valid yet by its clock: clients "
        "refuse it as well, unless that clock is behind",
        evidence=quotes_of_refusal(call),
        resource=endpoint.url,
        severity=Severity.WARNING,
        remedy=replace_certificate(
            endpoint,
            "See that the recorder's clock is right; then serve a certificate that is valid today.",
            ("timedatectl status", see(endpoint)),
        ),
    )
