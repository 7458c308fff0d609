"""TLS-01: clients do not know the authority that the served certificate comes from."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.distribution.openssl_verdicts import ISSUER_MISSING, UNKNOWN_AUTHORITY
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import endpoint_of
from regdoctor.evidence.recorder_trust import ASKED_BY_CLIENTS, UNANSWERED, Objection, objection_of, quotes_of_refusal
from regdoctor.evidence.served_path import each_certificate, issuer_to_fetch, name_of, path_of, quote, shown, unseen
from regdoctor.evidence.served_tls import Distrust, ServedCertificate, ServedTls, TlsLooks
from regdoctor.evidence.story import Story
from regdoctor.remedies.certificates import see, trust_authority
from regdoctor.sign import sign


@check(
    title="The authority of the served certificate is trusted",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-01",),
    symptoms=("x509: certificate signed by unknown authority", "tls: failed to verify certificate: x509"),
    explains=("login_unauthorized",),
    reference="https://docs.docker.com/engine/security/certificates/",
)
def authority_unknown(looks: TlsLooks) -> Iterator[Outcome]:
    """Clients go no further where the certificate comes from an authority that is not in their store.

    It is judged with the system's trust store, --ca-file, what GitLab was told to trust in /etc/gitlab/trusted-certs,
    and docker's certs.d of this host. That is a self-made certificate, an authority of the company's own, or a
    middlebox that puts its own certificate in. Other clients have stores of their own: what holds for docker here says
    nothing of containerd, podman or skopeo, nor of another host.

    Give the authority's certificate to each client, in certs.d of exactly the registry's host and port or in the
    system's store, or serve a certificate of an authority that clients know.
    """
    for look in each_certificate(looks):
        yield _judge(look, looks)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls, looks: TlsLooks) -> Outcome:
    path = path_of(look)
    if not path:
        return unseen(look)
    refused = look.by_docker
    if refused is None or refused.code not in UNKNOWN_AUTHORITY:
        return Pass(_accepted(look))
    if issuer_to_fetch(look) is not None:
        return Skip(f"{look.endpoint.authority} serves its certificate alone: see intermediate_missing")
    top = path[-1]
    folder = (look.docker_folder,) if look.docker_folder is not None else ()
    return Fail(
        f"Clients do not trust the certificate of {look.endpoint.authority} ({look.whose}): {_why(top, refused)}",
        evidence=(
            quote(look, top, f"issuer {shown(top.facts.issuer)}: {refused.words}"),
            look.endpoint.said_by,
            *folder,
        ),
        resource=look.endpoint.url,
        remedy=trust_authority(look, looks, _advice(top, refused)),
    )


def _accepted(look: ServedTls) -> str:
    where = look.endpoint.authority
    if look.by_docker is None and look.by_system is not None and look.by_system.code in UNKNOWN_AUTHORITY:
        folder = look.docker_folder.source if look.docker_folder is not None else "docker's certs.d"
        return (
            f"docker on this host trusts {where} by {folder}; the system's store does not, and skopeo, podman and "
            "containerd have folders of their own"
        )
    return f"the authority of {where} is known"


def _why(top: ServedCertificate, refused: Distrust) -> str:
    if not top.is_self_issued:
        unknown = (
            f"{name_of(top)} was issued by {shown(top.facts.issuer)}, which is neither served nor known on this host"
        )
        return (
            unknown
            if top.is_authority
            else f"{unknown}: an intermediate that is not sent along, or an unknown authority"
        )
    if refused.depth == 0 and refused.code not in ISSUER_MISSING:
        return f"{name_of(top)} is signed by itself, and not known on this host"
    return f"its chain ends at {name_of(top)}, which is not known on this host"


def _advice(top: ServedCertificate, refused: Distrust) -> str:
    if top.is_self_issued or refused.code not in ISSUER_MISSING:
        return "The authority must be known to whoever asks."
    urls = [url for url in top.issuer_urls if url.isprintable()]
    fetched = f" (it says that this one can be had at {shown(urls[0])})" if urls else ""
    if top.is_authority:
        return (
            f"Most likely {shown(top.facts.issuer)} is a root that clients lack; else another intermediate is missing "
            f"from what is served{fetched}, and belongs below the others in the served file."
        )
    return (
        f"Either {shown(top.facts.issuer)} is an authority of your own that clients lack, or, where it is a public "
        "one's intermediate, it is missing from what is served and belongs below the server's certificate in its file."
    )


@sign(authority_unknown, parts=ASKED_BY_CLIENTS, statuses=UNANSWERED)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """The recorder's own store decides here; clients have others, so this is said of the recorder."""
    if objection_of(call) is not Objection.AUTHORITY:
        return None
    endpoint = endpoint_of(call)
    return Fail(
        f"The recorder does not know the authority of {endpoint.authority}'s certificate, and asks nothing there: "
        "clients may know it, or miss it as well",
        evidence=quotes_of_refusal(call),
        resource=endpoint.url,
        severity=Severity.WARNING,
        remedy={
            Dialect.PLAIN: Remedy(
                "Record again with the authority's certificate: --ca-file FILE of `regdoctor capture run`, "
                "ssl_verify_upstream_trusted_ca of mitmproxy. Who issued it, and whether an intermediate is missing, "
                "shows here:",
                (see(endpoint),),
            )
        },
    )
