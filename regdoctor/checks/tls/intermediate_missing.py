"""TLS-02: the server leaves out the intermediate certificate between its own and the authority that clients know."""

import shlex
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.served_file import file_of
from regdoctor.evidence.served_path import each_certificate, issuer_to_fetch, name_of, path_of, quote, shown, unseen
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.evidence.tls_files import TlsFiles
from regdoctor.injection import Absent
from regdoctor.remedies.certificates import HUP_NGINX, install_authority, see

_IS_ROOT = (
    'test "$(openssl x509 -in issuer.pem -noout -subject_hash)" = "$(openssl x509 -in issuer.pem -noout -issuer_hash)"'
)


@check(
    title="Servers send the intermediate certificates along",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-02",),
    symptoms=("x509: certificate signed by unknown authority", "unable to verify the first certificate"),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/ssl_troubleshooting/",
)
def intermediate_missing(looks: TlsLooks, files: TlsFiles | Absent) -> Iterator[Outcome]:
    """The server sends its own certificate alone, and clients know only the root above the one that signed it.

    Docker says `certificate signed by unknown authority`, while browsers succeed: they fetch a missing issuer from the
    address in the certificate (Authority Information Access) or remember it from another site. Docker, containerd and
    podman do neither. Certificates in the wrong order, or a root that is left out, do no harm.

    An authority of one tier, such as a company's AD CS, writes the address of its root there: then nothing is missing
    from what is served, and clients lack the root. The certificate at that address tells: a root is issued by itself.

    Put the intermediate below the server's own certificate in the file that is served, and reload the server; or give
    the root to each client.
    """
    for look in each_certificate(looks):
        yield _judge(look, looks, files)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls, looks: TlsLooks, files: TlsFiles | Absent) -> Outcome:
    path = path_of(look)
    if not path:
        return unseen(look)
    url = issuer_to_fetch(look)
    if url is None:
        return Pass(f"nothing is seen to be missing from what {look.endpoint.authority} serves")
    leaf, file = path[0], file_of(look, files)
    issuer = shown(leaf.facts.issuer)
    words = f"issuer {issuer}, CA Issuers: {shown(url)}"
    if look.by_docker is not None:
        words += f": {look.by_docker.words}"
    return Fail(
        f"{look.endpoint.authority} ({look.whose}) serves {name_of(leaf)} alone, and its issuer {issuer} is not known "
        f"here: an intermediate that must be sent along, or a root that clients lack; it is to be had at {shown(url)}",
        evidence=(quote(look, leaf, words), look.endpoint.said_by, *((file.named_by,) if file else ())),
        resource=file.path if file else look.endpoint.url,
        remedy=_remedies(look, looks, url, file.path if file else ""),
    )


def _remedies(look: ServedTls, looks: TlsLooks, url: str, path: str) -> Remedies:
    text = (
        "Fetch the issuer (such addresses give DER; the second command takes PEM as well). Where its subject and its "
        "issuer are the same it is a root: the last command gives it to docker on each client's host, and nothing is "
        "to be changed at the server. Where they differ it is an intermediate:"
    )
    fetch = (
        f"curl -sfo issuer.crt {shlex.quote(url)}",
        "openssl x509 -in issuer.crt -out issuer.pem",
        "openssl x509 -in issuer.pem -noout -subject -issuer",
    )
    omnibus = path or f"/etc/gitlab/ssl/{look.endpoint.host}.crt"
    named = (_append(path),) if path else ()
    last = (see(look.endpoint), f"{_IS_ROOT} && {install_authority(look, looks, 'issuer.pem')}")
    return {
        Dialect.OMNIBUS: Remedy(
            f"{text} append it to {omnibus} and reload nginx.", (*fetch, _append(omnibus), HUP_NGINX, *last)
        ),
        Dialect.HELM: Remedy(
            f"{text} append it to tls.crt of the TLS secret that the Ingress of this host names.",
            (*fetch, "kubectl get ingress --all-namespaces", *last),
        ),
        Dialect.PLAIN: Remedy(
            f"{text} append it to {path or 'the certificate file that is served'}, and reload the server.",
            (*fetch, *named, *last),
        ),
    }


def _append(path: str) -> str:
    """The command that does nothing to a root."""
    return f"{_IS_ROOT} || sudo sh -c {shlex.quote(f'cat issuer.pem >> {shlex.quote(path)}')}"
