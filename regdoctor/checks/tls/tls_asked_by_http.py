"""TLS-07: plain HTTP is spoken to a port for TLS, by a client's address or by the proxy."""

from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, ping_of
from regdoctor.evidence.story import Story
from regdoctor.sign import Seen, sign


@check(
    title="Ports for TLS are asked by TLS",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-07",),
    symptoms=(
        "Client sent an HTTP request to an HTTPS server.",
        "The plain HTTP request was sent to HTTPS port",
        "malformed HTTP response",
        "first record does not look like a TLS handshake",
    ),
    explains=("api_version_header_missing", "login_unauthorized", "not_a_registry"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def tls_asked_by_http(public: PublicAnswer) -> Outcome:
    """A port that expects TLS answers plain HTTP with 400, or with bytes that are no HTTP.

    Where the address is given as http://, the scheme is wrong. Where it is asked by https:// and answers so all the
    same, the proxy in front speaks plain HTTP to a registry that has a certificate of its own (http.tls).

    Use https:// in the address, or let the proxy pass on by https:// (or take http.tls out of the registry behind it).
    """
    ping = public.ping
    if ping.exchange.failure is not None and public.best.exchange.failure is not None:
        return Unknown(public.best.exchange.failure.message)
    if not public.best.wants_tls:
        return Pass(f"{ping.endpoint.url} is asked as it wants to be")
    behind = ping.exchange.url.startswith("https:")
    where = ping.endpoint
    problem = (
        f"The proxy at {where.url} asks what is behind it by plain HTTP, where TLS is spoken"
        if behind
        else f"{where.authority} speaks TLS, and {where.url} asks it by plain HTTP"
    )
    return Fail(
        f"{problem}: no client gets further",
        evidence=(public.best.exchange.quote(), where.said_by),
        resource=where.url,
        remedy=_proxy(ping) if behind else _address(ping),
    )


def _address(ping: Ping) -> Remedies:
    address = f"https://{ping.endpoint.authority}"
    return {Dialect.PLAIN: Remedy(f"Use {address} wherever the address is given.", (f"curl -si {address}/v2/",))}


def _proxy(ping: Ping) -> Remedies:
    look = f"curl -si {ping.endpoint.url}/v2/"
    return {
        Dialect.OMNIBUS: Remedy(
            "Behind Omnibus' nginx the registry speaks plain HTTP: take http.tls (registry['env'], "
            "REGISTRY_HTTP_TLS_CERTIFICATE) out again, and reconfigure.",
            ("sudo grep -n REGISTRY_HTTP_TLS /etc/gitlab/gitlab.rb", "sudo gitlab-ctl reconfigure", look),
        ),
        Dialect.PLAIN: Remedy(
            "Let the proxy pass on by https:// (proxy_pass of nginx), or take http.tls out of the registry's "
            "config.yml "
            "and restart it.",
            (look,),
        ),
    }


@sign(tls_asked_by_http, parts=(Part.REGISTRY,), statuses=(400,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status != 400 or not answered_by_registry_or_proxy(call):
        return None
    told = tls_asked_by_http.judge(PublicAnswer(ping_of(call)))
    return replace(told, evidence=(call.exchange.quote(),)) if isinstance(told, Fail) else None
