"""TLS-05: a certificate that is served ends soon, and what should have renewed it has not."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.served_path import each_certificate, name_of, path_of, quote, unseen
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls, TlsLooks
from regdoctor.evidence.validity import Nearness, clocks_in_words, in_words, nearness, time_left
from regdoctor.remedies.certificates import replace_certificate

_SURE = 2
"""Certificates from the server's own upwards that clients need. Above an intermediate most have a root of their own,
and what is served there (a cross-signed root) is for old clients."""


@check(
    title="No certificate that is served ends soon",
    severity=Severity.WARNING,
    failure_modes=("TLS-05",),
    symptoms=(),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/",
)
def certificate_expires_soon(looks: TlsLooks) -> Iterator[Outcome]:
    """A certificate that ends takes every pull and push with it, on a day that is known long before.

    It is a warning at 30 days and an error at 7. Certbot, cert-manager and Omnibus renew Let's Encrypt's 90 days when
    30 are left, and Omnibus looks every fourth day: a warning that goes away within four days was theirs to mend. Those
    that are short by design, and so are renewed by a program, are measured by their own lives: of at most 2 days, and
    of at most 10 where they say where their issuer is to be had, as public authorities' do. There it is a warning where
    less than a quarter is left, and an error below a twelfth. Intermediates in the served file are judged, too.

    Renew the certificate, and see why nothing did: the log of certbot or of `gitlab-ctl renew-le-certs`, the events of
    cert-manager.
    """
    for look in each_certificate(looks):
        yield from _judge(look)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls) -> Iterator[Outcome]:
    path = path_of(look)
    if not path:
        yield unseen(look)
        return
    found = [
        outcome
        for depth, one in enumerate(path)
        # A root counts as it is in the client's store; the one that is served is not looked at.
        if depth == 0 or not one.is_self_issued
        for outcome in _one(look, one, needed=depth < _SURE)
    ]
    end = in_words(path[0].facts.not_after)
    yield from found or (Pass(f"the certificate of {look.endpoint.authority} is good until {end}"),)


def _one(look: ServedTls, one: ServedCertificate, *, needed: bool) -> Iterator[Outcome]:
    near, end = nearness(one, look), in_words(one.facts.not_after)
    if near is Nearness.FAR:
        return
    if near is None:
        yield Unknown(f"whether {name_of(one)} ends soon ({end}) is not clear: {clocks_in_words(look)}")
        return
    urgent = near is Nearness.VERY_SOON and needed
    left = time_left(one, look)
    yield Fail(
        f"A certificate that {look.endpoint.authority} ({look.whose}) serves ends in {left}, on {end}: {name_of(one)}",
        evidence=(quote(look, one, f"notAfter {end}, {left} left"), look.endpoint.said_by),
        resource=look.endpoint.url,
        severity=Severity.ERROR if urgent else Severity.WARNING,
        remedy=replace_certificate(look.endpoint, "Renew the certificate."),
    )
