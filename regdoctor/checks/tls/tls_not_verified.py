"""TLS-01, TLS-04, TLS-05, TLS-06: a client does not trust what the registry's address serves, or it serves no TLS."""

from regdoctor.check import (
    Dialect,
    Fail,
    Outcome,
    Pass,
    Quote,
    Remedies,
    Remedy,
    Severity,
    Skip,
    Unknown,
    check,
)
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.exchange import Exchange, FailureKind

_MODES = (
    ("TLS-04", ("mismatch", "not valid for")),
    ("TLS-05", ("expired", "not yet valid")),
    ("TLS-01", ("unable to get", "self-signed", "self signed", "unknown ca")),
)


@check(
    title="The registry's certificate verifies",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-01", "TLS-04", "TLS-05", "TLS-06"),
    symptoms=(
        "x509: certificate signed by unknown authority",
        "x509: certificate is valid for",
        "x509: certificate has expired or is not yet valid",
        "http: server gave HTTP response to HTTPS client",
    ),
    explains=("login_unauthorized",),
    reference="https://docs.docker.com/engine/security/certificates/",
)
def tls_not_verified(public: PublicAnswer) -> Outcome:
    """Clients ask the registry by TLS and go no further where its certificate does not verify.

    It is judged with the system's trust store, --ca-file, and what GitLab was told to trust in
    /etc/gitlab/trusted-certs. Where it fails, a second look without trust, and without credentials, sees what is
    behind. A client has its own store: one that has a private authority in /etc/docker/certs.d/HOST:PORT/ca.crt may
    succeed where this fails.

    Serve the full chain of an authority that clients trust, or give the authority's certificate to each client.
    """
    exchange = public.ping.exchange
    if not exchange.url.startswith("https:"):
        return Skip("the registry was asked by plain HTTP")
    failure = exchange.failure
    if failure is None:
        return Pass(f"TLS of {public.ping.endpoint.url} verifies")
    if failure.kind is not FailureKind.TLS:
        return Unknown(failure.message)
    if public.plain is not None:
        return _plain_http(public, public.plain.exchange)
    mode = next((mode for mode, words in _MODES if any(word in failure.message.lower() for word in words)), None)
    if public.unverified is None and mode is None:
        return Fail(
            f"TLS does not come about with {public.ping.endpoint.url}: {failure.message}",
            evidence=(exchange.quote(),),
            resource=public.ping.endpoint.url,
            failure_modes=(),
            remedy=_remedies(public, None),
        )
    return Fail(
        f"Clients do not trust the certificate of {public.ping.endpoint.url}: {failure.message}",
        evidence=(Quote(exchange.url, failure.message), *_behind(public)),
        resource=public.ping.endpoint.url,
        failure_modes=(mode,) if mode else (),
        remedy=_remedies(public, mode),
    )


def _behind(public: PublicAnswer) -> tuple[Quote, ...]:
    return (public.unverified.exchange.quote(),) if public.unverified else ()


def _plain_http(public: PublicAnswer, plain: Exchange) -> Fail:
    host = f"{public.ping.endpoint.host}:{public.ping.endpoint.port}"
    return Fail(
        f"{host} speaks plain HTTP where clients expect TLS",
        evidence=(public.ping.exchange.quote(), plain.quote()),
        resource=public.ping.endpoint.url,
        failure_modes=("TLS-06",),
        remedy={
            Dialect.PLAIN: Remedy(
                "Serve TLS there. To live without it, every client's daemon must be told: add the registry to "
                "insecure-registries in /etc/docker/daemon.json of the client's host, and restart that daemon.",
                (f'{{"insecure-registries": ["{host}"]}}', "sudo systemctl restart docker"),
            )
        },
    )


def _remedies(public: PublicAnswer, mode: str | None) -> Remedies:
    host, port = public.ping.endpoint.host, public.ping.endpoint.port
    look = f"openssl s_client -connect {host}:{port} -servername {host} -showcerts </dev/null"
    if mode == "TLS-05":
        text = "Renew the certificate and reload what serves it; an expired one further up the chain must go as well."
        apply: tuple[str, ...] = ("sudo gitlab-ctl renew-le-certs", "sudo gitlab-ctl hup nginx")
    elif mode == "TLS-04":
        text = f"Have a certificate made whose subjectAltName lists {host}; a wildcard covers one label only."
        apply = ("sudo gitlab-ctl hup nginx",)
    else:
        text = (
            "Serve the certificate with its intermediates, leaf first. For an authority of your own, give its "
            "certificate "
            "to every client of the registry, and to regdoctor with --ca-file."
        )
        apply = ("sudo gitlab-ctl hup nginx",)
    trust = (f"sudo install -D -m 644 ca.crt /etc/docker/certs.d/{host}:{port}/ca.crt",) if mode == "TLS-01" else ()
    return {
        Dialect.OMNIBUS: Remedy(text, (look, *trust, *apply)),
        Dialect.PLAIN: Remedy(text, (look, *trust)),
    }
