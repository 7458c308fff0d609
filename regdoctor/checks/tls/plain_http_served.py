"""TLS-06: plain HTTP answers where clients speak TLS."""

import json

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import has_address, ping_of
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.story import Story
from regdoctor.sign import Seen, sign


@check(
    title="The registry's address speaks TLS",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-06",),
    symptoms=("http: server gave HTTP response to HTTPS client",),
    explains=("login_unauthorized", "tls_handshake_fails", "insecure_registry_missing"),
    reference="https://distribution.github.io/distribution/about/insecure/",
)
def plain_http_served(public: PublicAnswer) -> Outcome:
    """Docker speaks TLS to every registry but those on loopback or named as insecure, and stops at `server gave HTTP
    response to HTTPS client`.

    The registry was started without a certificate, its port was published past the proxy, or nginx listens there
    without `ssl`.

    Serve TLS at this address. insecure-registries is the way to live without, and it must be set in daemon.json of
    every client's host; containerd and podman have settings of their own.
    """
    exchange, failure = public.ping.exchange, public.ping.exchange.failure
    if not exchange.url.startswith("https:"):
        return Skip("the registry was asked by plain HTTP")
    if failure is None:
        return Pass(f"{public.ping.endpoint.url} speaks TLS")
    if failure.kind is not FailureKind.TLS:
        return Unknown(failure.message)
    plain = public.speaks_plain_http
    if plain is None or _sends_to_tls(plain, failure):
        return Pass(f"no plain HTTP answers at {public.ping.endpoint.authority}")
    return Fail(
        f"{public.ping.endpoint.authority} speaks plain HTTP where clients expect TLS",
        evidence=(exchange.quote(), plain.exchange.quote(), public.ping.endpoint.said_by),
        resource=public.ping.endpoint.url,
        remedy=_remedies(public.ping),
    )


def _sends_to_tls(plain: Ping, failure: Failure) -> bool:
    """Whether the answer to plain HTTP only sends on to TLS, as nginx does with `error_page 497`."""
    location = plain.exchange.header("Location") or ""
    return location.lower().startswith("https:") and not failure.not_tls


def _remedies(ping: Ping) -> Remedies:
    setting = json.dumps({"insecure-registries": [ping.endpoint.authority]})
    insecure = (
        "To live without it, every client's daemon must be told: add the registry to insecure-registries in "
        "/etc/docker/daemon.json of the client's host, and restart that daemon."
    )
    commands = (setting, "sudo systemctl restart docker")
    return {
        Dialect.OMNIBUS: Remedy(
            f"Let nginx serve TLS there: registry_external_url in /etc/gitlab/gitlab.rb begins with https://, and "
            f"/etc/gitlab/ssl/{ping.endpoint.host}.crt and .key lie there. {insecure}",
            ("sudo grep -n registry_external_url /etc/gitlab/gitlab.rb", "sudo gitlab-ctl reconfigure", *commands),
        ),
        Dialect.PLAIN: Remedy(f"Serve TLS there. {insecure}", commands),
    }


_NO_TLS = ("does not speak TLS", "WRONG_VERSION_NUMBER", "wrong version number")
"""What mitmproxy (proxy/layers/tls.py) and OpenSSL say of a server whose first bytes are no TLS."""


@sign(plain_http_served, parts=(Part.REGISTRY,))
def _in_traffic(call: Call, story: Story) -> Seen:
    failure = call.exchange.failure
    if failure is None or call.part is not Part.REGISTRY or not call.exchange.url.startswith("https:"):
        return None
    if not has_address(call):
        return None
    said = f"{failure.message} {call.recorded.by_recorder}"
    if not failure.not_tls and not any(words in said for words in _NO_TLS):
        return None
    ping = ping_of(call)
    return Fail(
        f"{ping.endpoint.authority} speaks no TLS where clients expect it",
        evidence=(call.exchange.quote(),),
        resource=ping.endpoint.url,
        remedy=_remedies(ping),
    )
