"""TLS-04: the certificate is made for other names than the one that clients ask for."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.distribution.certificate_names import is_covered
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import endpoint_of
from regdoctor.evidence.recorder_trust import ASKED_BY_CLIENTS, UNANSWERED, Objection, objection_of, quotes_of_refusal
from regdoctor.evidence.served_path import each_certificate, quote, shown, unseen
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls, TlsLooks
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.remedies.certificates import replace_certificate
from regdoctor.sign import sign

_MOST_NAMES = 5


@check(
    title="The certificate is made for the name that clients ask for",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-04",),
    symptoms=(
        "x509: certificate is valid for",
        "x509: certificate is not valid for any names, but wanted to match",
        "because it doesn't contain any IP SANs",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def certificate_wrong_name(looks: TlsLooks) -> Iterator[Outcome]:
    """Clients compare the host of the address with the names in subjectAltName, and stop where none covers it.

    A wildcard covers exactly one label: *.example.com is good for registry.example.com, and neither for example.com nor
    for registry.gitlab.example.com. An address without a name must be listed as an address (`cannot validate
    certificate for 10.0.0.1 because it doesn't contain any IP SANs`). Another host's certificate often means that
    another server block answered: nginx shows its default server's where no server_name fits.

    Have a certificate made that lists the host, or use a name that it lists wherever the address is given.
    """
    for look in each_certificate(looks):
        yield _judge(look)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls) -> Outcome:
    leaf, host = look.leaf, look.endpoint.host
    if leaf is None:
        return unseen(look)
    if not leaf.has_san:
        return Skip(f"{look.endpoint.authority} shows a certificate without names: see certificate_without_san")
    if is_covered(host, leaf.dns_names, leaf.ip_addresses):
        return Pass(f"the certificate of {look.endpoint.authority} is made for {host}")
    names = _names(leaf)
    return Fail(
        f"The certificate of {look.endpoint.authority} ({look.whose}) is made for {names}, and not for {host}"
        + _wildcard(leaf, host),
        evidence=(quote(look, leaf, f"subjectAltName {names}"), look.endpoint.said_by),
        resource=look.endpoint.url,
        remedy=replace_certificate(
            look.endpoint, f"Have a certificate made whose subjectAltName lists {host}; a wildcard covers one label."
        ),
    )


def _names(leaf: ServedCertificate) -> str:
    names = (*leaf.dns_names, *leaf.ip_addresses)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(shown(name) for name in names[:_MOST_NAMES]) + more or "no host at all"


def _wildcard(leaf: ServedCertificate, host: str) -> str:
    """A word on the wildcard that people thought would do."""
    near = next((name for name in leaf.dns_names if name.startswith("*.") and _is_below(host, name[2:])), None)
    return f" ({shown(near)} covers one label only)" if near is not None else ""


def _is_below(host: str, domain: str) -> bool:
    return host == domain.lower() or host.endswith(f".{domain.lower()}")


@sign(certificate_wrong_name, parts=ASKED_BY_CLIENTS, statuses=UNANSWERED)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """In reverse mode the recorder asks by a name that was given to it, which need not be the clients'."""
    if objection_of(call) is not Objection.NAME:
        return None
    endpoint = endpoint_of(call)
    given = bool(story.capture_origin)
    return Fail(
        f"The recorder refuses the certificate of {endpoint.authority}: its subjectAltName does not list "
        f"{short(endpoint.host)}, and clients that ask by this name refuse it as well",
        evidence=quotes_of_refusal(call),
        resource=endpoint.url,
        severity=Severity.WARNING if given else None,
        remedy=replace_certificate(
            endpoint,
            f"Have a certificate made whose subjectAltName lists {short(endpoint.host)}; a wildcard covers one label."
            + (" Or record again by the name that clients use." if given else ""),
        ),
    )
