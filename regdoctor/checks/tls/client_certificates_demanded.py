"""TLS-11: every client that shows no certificate is refused, by the registry or by what stands before it."""

import shlex
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.served_path import shown, source_of
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import in_nginx_words, remove
from regdoctor.remedies.certificates import HUP_NGINX, see

_LENIENT = ("request-client-cert", "verify-client-cert-if-given")
"""Values of http.tls.clientauth that let clients without a certificate in (distribution 3, configuration.go)."""


@check(
    title="Clients that show no certificate are let in",
    severity=Severity.WARNING,
    failure_modes=("TLS-11",),
    symptoms=(
        "remote error: tls: bad certificate",
        "remote error: tls: certificate required",
        "tlsv13 alert certificate required",
        "No required SSL certificate was sent",
    ),
    explains=("api_version_header_missing", "login_unauthorized", "not_a_registry"),
    reference="https://distribution.github.io/distribution/about/configuration/#tls",
)
def client_certificates_demanded(
    config: RegistryConfig | Absent, product: Product | Absent, looks: TlsLooks | Absent, rb: GitLabRb | Absent
) -> Iterator[Outcome]:
    """With http.tls.clientcas the registry ends every connection of a client without a certificate of these; nginx does
    likewise with ssl_verify_client, by a page of its own with status 400.

    That is no login: docker, containerd and podman get `remote error: tls: bad certificate` (or `certificate
    required`) before they can send a user's name, unless a certificate and its key lie in their certs.d for this
    registry. GitLab itself, its cleanup policies, runners, scanners and health checks show none either. The list is
    often filled by mistake with the authority that signed the registry's own certificate. Distribution 3 has
    http.tls.clientauth to ask without insisting; 2.8 and GitLab's registry insist always.

    It may be meant so. Where this host's docker has such a certificate it is told as information: regdoctor shows none,
    and what it finds behind the refusal is the refusal's doing.

    Give each client's docker a certificate and its key, as client.cert and client.key in certs.d of the registry. Where
    it was not meant so, remove http.tls.clientcas (ssl_verify_client of nginx).
    """
    seen = looks.looks if isinstance(looks, TlsLooks) else ()
    told = [outcome for look in seen if (outcome := _shown(look, rb)) is not None]
    yield from told
    if isinstance(config, RegistryConfig):
        yield _configured(config, product, next((look.client_pair for look in seen if look.client_pair), None))
    elif not told:
        yield Unknown(config.reason) if config.applicable else Skip(config.reason)


def _shown(look: ServedTls, rb: GitLabRb | Absent) -> Outcome | None:
    """What the server does; None where it did not get so far."""
    broke_off = look.client_certificate
    if broke_off is None:
        where = look.endpoint.authority
        return None if look.failure else Pass(f"{where} lets clients without a certificate in")
    said = Quote(source_of(look), broke_off.message)
    names = ", ".join(shown(name) for name in look.client_authorities[:3])
    of = (Quote(source_of(look), f"it asks for certificates of: {names}"),) if names else ()
    return Fail(
        f"{look.endpoint.authority} ({look.whose}) refuses clients that show no certificate"
        + (f" of {names}" if names else "")
        + ("; docker on this host has one" if look.client_pair else ""),
        evidence=(said, *of, look.endpoint.said_by, *((look.client_pair,) if look.client_pair else ())),
        resource=look.endpoint.url,
        severity=Severity.INFO if look.client_pair else Severity.WARNING,
        remedy=_let_in(look, rb),
    )


def _let_in(look: ServedTls, rb: GitLabRb | Absent) -> Remedies:
    folder = f"/etc/docker/certs.d/{look.endpoint.url.partition('://')[2].partition('/')[0]}"
    give = tuple(
        f"sudo install -D -m {mode} {name} {shlex.quote(f'{folder}/{name}')}"
        for name, mode in (("client.cert", 644), ("client.key", 600))
    )
    text = (
        f"Give docker on each client's host its certificate and key, here client.cert and client.key, by the first two "
        f"commands: they belong into {folder}, and count at once. Only where nobody meant to demand them, let clients "
        "in that show none:"
    )
    off = "nginx['ssl_verify_client'] = \"off\""
    if look.whose == "registry":
        (off,) = in_nginx_words(rb, "registry['nginx']['ssl_verify_client'] = \"off\"")
    return {
        Dialect.OMNIBUS: Remedy(
            f"{text} in /etc/gitlab/gitlab.rb by the next line, then reconfigure.",
            (*give, off, "sudo gitlab-ctl reconfigure", HUP_NGINX),
        ),
        Dialect.PLAIN: Remedy(
            f"{text} nginx by the last line in the server block and a reload, the registry itself by removing "
            "http.tls.clientcas.",
            (*give, see(look.endpoint), "ssl_verify_client off;"),
        ),
    }


def _configured(config: RegistryConfig, product: Product | Absent, pair: Quote | None) -> Outcome:
    """pair: the folder of certs.d with the certificate that this host's docker shows."""
    authorities = config.at("http", "tls", "clientcas")
    certificate = config.at("http", "tls", "certificate")
    if authorities is None or not authorities.items():
        return Pass("http.tls.clientcas is not set")
    if certificate is None or not certificate.text():
        return Skip("http.tls.clientcas counts only with http.tls.certificate")
    how = config.at("http", "tls", "clientauth")
    mode = how.text() if how is not None else None
    known = product if isinstance(product, Product) else Product(None, reason=product.reason)
    if mode in _LENIENT and known.must_be(Generation.DISTRIBUTION_3):
        return Pass(f"http.tls.clientauth is {mode}, so clients without a certificate are let in")
    if pair is not None:
        return Pass(f"http.tls.clientcas is set, and docker on this host has a certificate to show ({pair.source})")
    beside = ""
    if mode in _LENIENT:
        beside = f"; http.tls.clientauth ({mode}) counts on distribution 3 alone, and this is {known.words()}"
    return Fail(
        "http.tls.clientcas is set: the registry refuses every client that shows no certificate of these authorities"
        + beside,
        evidence=(authorities.items()[0].quote(), *((how.quote(),) if how is not None else ())),
        resource="http.tls.clientcas",
        remedy=remove(
            "http.tls.clientcas",
            "Where it is meant so, give each client's docker its certificate and key, as client.cert and client.key in "
            "/etc/docker/certs.d of the registry's host and port, and accept this finding with --ignore. Else let "
            "clients in that show none.",
        ),
    )
