"""A served chain in the order in which its certificates sign each other, whatever order it was served in."""

from __future__ import annotations

from dataclasses import replace

from regdoctor.check import Quote, Skip, Unknown
from regdoctor.distribution.openssl_verdicts import ISSUER_MISSING
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls, TlsLooks

_LONGEST = 120
"""Characters of a name that are shown: a server writes whatever it likes."""


def path_of(look: ServedTls) -> tuple[ServedCertificate, ...]:
    """The server's own certificate, its issuer, that one's issuer and so on, as far as they were served.

    Clients sort a chain themselves (RFC 8446 section 4.4.2, Go, OpenSSL). Names are compared, not signatures: of
    several certificates of one name the first counts. Empty where no certificate was seen.
    """
    path = list(look.chain[:1])
    while path and not path[-1].is_self_issued:
        wanted = path[-1].facts.issuer
        issuer = next((one for one in look.chain if one.facts.subject == wanted and one not in path), None)
        if issuer is None:
            break
        path.append(issuer)
    return tuple(path)


def each_certificate(looks: TlsLooks) -> tuple[ServedTls, ...]:
    """The looks, one for each certificate of a host: where a second server shows the same chain, `whose` says so.

    GitLab and its registry often share a host and its certificate, which is then judged, and told, once.
    """
    found: list[ServedTls] = []
    for look in looks.looks:
        same = next((index for index, other in enumerate(found) if _same_certificate(look, other)), None)
        if same is None:
            found.append(look)
        else:
            whose = f"{found[same].whose}, and {look.whose} at {look.endpoint.authority}"
            found[same] = replace(found[same], whose=whose)
    return tuple(found)


def _same_certificate(look: ServedTls, other: ServedTls) -> bool:
    return (
        bool(look.chain)
        and look.endpoint.host == other.endpoint.host
        and [one.sha256 for one in look.chain] == [one.sha256 for one in other.chain]
        and (look.by_system, look.by_docker) == (other.by_system, other.by_docker)
    )


def issuer_to_fetch(look: ServedTls) -> str | None:
    """Where the issuer of a certificate that is served alone can be had, if that is why docker refuses it; else None.

    An http or https address of its Authority Information Access. Above a certificate that is an authority itself the
    root is missing more often than a second intermediate, and a root is the client's to have: that is not told here.
    """
    path = path_of(look)
    if look.by_docker is None or look.by_docker.code not in ISSUER_MISSING or len(path) != 1:
        return None
    urls = () if path[0].is_self_issued else path[0].issuer_urls
    return next((url for url in urls if url.startswith(("http://", "https://")) and url.isprintable()), None)


def unseen(look: ServedTls) -> Skip | Unknown:
    """What a check of certificates says of a server that showed none."""
    where, failure = look.endpoint.authority, look.failure
    if failure is not None and failure.not_tls:
        return Skip(f"{where} does not speak TLS")
    why = failure.message if failure is not None else "no certificate that can be read was served"
    return Unknown(f"the certificate of {where} was not seen: {why}")


def name_of(certificate: ServedCertificate) -> str:
    """A certificate by its subject, on one line: `CN=registry.example.com`; its serial number where that is empty."""
    return shown(certificate.facts.subject) or f"serial number {certificate.facts.serial}"


def quote(look: ServedTls, certificate: ServedCertificate, words: str) -> Quote:
    """`words` on a certificate as evidence of the server that served it."""
    return Quote(source_of(look), f"{name_of(certificate)}: {words}")


def source_of(look: ServedTls) -> str:
    """The look as a source of evidence: `TLS with registry.example.com:443`."""
    return f"TLS with {look.endpoint.authority}"


def shown(text: str) -> str:
    """A server's text on one line, control characters spelt out, cut to 120 characters."""
    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[: 2 * _LONGEST])
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
