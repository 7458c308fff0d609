"""TLS-01, TLS-04, TLS-05, TLS-06: a client does not trust what the registry's address serves, or it serves no TLS."""

import json

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind

_MODES = (
    ("TLS-04", ("mismatch", "not valid for")),
    ("TLS-05", ("expired", "not yet valid")),
    ("TLS-01", ("unable to get", "unable to verify", "self-signed", "self signed")),
)
"""OpenSSL's words (crypto/x509/x509_txt.c) for each failure mode."""
_REFUSAL = "certificate not accepted: "
"""What stands before OpenSSL's words in a Failure; the name of the host, which may hold any words, is before it."""
_WANTS_CERTIFICATE = ("alert certificate required", "alert bad certificate")
"""How OpenSSL names the alerts (RFC 8446 section 6.2) of a server that misses a certificate of the client."""


@check(
    title="The registry's certificate verifies",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-01", "TLS-04", "TLS-05", "TLS-06", "TLS-07"),
    symptoms=(
        "x509: certificate signed by unknown authority",
        "x509: certificate is valid for",
        "x509: certificate has expired or is not yet valid",
        "http: server gave HTTP response to HTTPS client",
        "Client sent an HTTP request to an HTTPS server.",
        "The plain HTTP request was sent to HTTPS port",
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
        return _asked_without_tls(public) if public.ping.wants_tls else Skip("the registry was asked by plain HTTP")
    failure = exchange.failure
    if failure is None:
        return Pass(f"TLS of {public.ping.endpoint.url} verifies")
    if failure.kind is not FailureKind.TLS:
        return Unknown(failure.message)
    plain = public.speaks_plain_http
    if plain is not None and not _sends_to_tls(plain, failure):
        return _plain_http(public.ping, plain)
    _, refused, reason = failure.message.partition(_REFUSAL)
    if not refused:
        return _no_certificate_refused(public, failure)
    if "key too weak" in reason.lower():
        # OpenSSL has a level of security (SSL_CTX_set_security_level) that clients written in Go do not share.
        return Unknown(f"OpenSSL takes the key for too weak, docker may take it: {failure.message}")
    mode = next((mode for mode, words in _MODES if any(word in reason.lower() for word in words)), None)
    behind = (public.unverified.exchange.quote(),) if public.unverified else ()
    return Fail(
        f"Clients do not trust the certificate of {public.ping.endpoint.url}: {reason}",
        evidence=(Quote(exchange.url, failure.message), *behind),
        resource=public.ping.endpoint.url,
        failure_modes=(mode,) if mode else (),
        remedy=_remedies(public.ping.endpoint, mode),
    )


def _sends_to_tls(plain: Ping, failure: Failure) -> bool:
    """Whether the answer to plain HTTP only sends on to TLS, as nginx does with `error_page 497`."""
    location = plain.exchange.header("Location") or ""
    return location.lower().startswith("https:") and "does not speak TLS" not in failure.message


def _no_certificate_refused(public: PublicAnswer, failure: Failure) -> Outcome:
    if any(words in failure.message for words in _WANTS_CERTIFICATE):
        return Unknown(f"the server wants a certificate of the client, which docker may have: {failure.message}")
    if public.unverified is not None:
        return Unknown(f"TLS failed at the first look and not at the second: {failure.message}")
    return _no_tls(public.ping, failure.message)


def _no_tls(ping: Ping, message: str) -> Fail:
    text = "See with which versions and ciphers the server speaks, and whether it wants a certificate of the client."
    return Fail(
        f"TLS does not come about with {ping.endpoint.url}: {message}",
        evidence=(ping.exchange.quote(),),
        resource=ping.endpoint.url,
        failure_modes=(),
        remedy={Dialect.PLAIN: Remedy(text, (_look(ping.endpoint),))},
    )


def _asked_without_tls(public: PublicAnswer) -> Fail:
    endpoint = public.ping.endpoint
    address = f"https://{endpoint.authority}"
    return Fail(
        f"{endpoint.authority} speaks TLS, and {endpoint.url} asks it by plain HTTP: no client gets further",
        evidence=(public.ping.exchange.quote(), endpoint.said_by),
        resource=endpoint.url,
        failure_modes=("TLS-07",),
        remedy={Dialect.PLAIN: Remedy(f"Use {address} wherever the address is given.", (f"curl -si {address}/v2/",))},
    )


def _plain_http(ping: Ping, plain: Ping) -> Fail:
    setting = json.dumps({"insecure-registries": [ping.endpoint.authority]})
    return Fail(
        f"{ping.endpoint.authority} speaks plain HTTP where clients expect TLS",
        evidence=(ping.exchange.quote(), plain.exchange.quote()),
        resource=ping.endpoint.url,
        failure_modes=("TLS-06",),
        remedy={
            Dialect.PLAIN: Remedy(
                "Serve TLS there. To live without it, every client's daemon must be told: add the registry to "
                "insecure-registries in /etc/docker/daemon.json of the client's host, and restart that daemon.",
                (setting, "sudo systemctl restart docker"),
            )
        },
    )


def _look(endpoint: Endpoint) -> str:
    return f"openssl s_client -connect {endpoint.authority} -servername {endpoint.host} -showcerts </dev/null"


def _remedies(endpoint: Endpoint, mode: str | None) -> Remedies:
    look, hup, trust = _look(endpoint), "sudo gitlab-ctl hup nginx", ""
    apply: tuple[str, ...] = (hup,)
    if mode == "TLS-05":
        text = (
            "Renew the certificate and reload what serves it; an expired one further up the chain must go as well. One "
            "that is not yet valid may also mean that this machine's clock is wrong."
        )
        apply = ("sudo gitlab-ctl renew-le-certs  # with Let's Encrypt", hup)
    elif mode == "TLS-04":
        text = f"Have a certificate made whose subjectAltName lists {endpoint.host}; a wildcard covers one label only."
    else:
        text = (
            "Serve the certificate with its intermediates, leaf first. For an authority of your own, give its "
            "certificate to every client of the registry, and to regdoctor with --ca-file."
        )
        # Docker names the folder as images name the registry: without a port where none is written.
        name = endpoint.url.partition("://")[2]
        trust = f"sudo install -D -m 644 ca.crt /etc/docker/certs.d/{name}/ca.crt" if mode == "TLS-01" else ""
    see = (look, trust) if trust else (look,)
    return {Dialect.OMNIBUS: Remedy(text, (*see, *apply)), Dialect.PLAIN: Remedy(text, see)}
