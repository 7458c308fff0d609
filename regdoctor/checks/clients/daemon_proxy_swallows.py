"""CLI-02: the proxy of this host's Docker daemon does not lead to the registry, and the direct way does."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.daemon_proxies import DaemonProxies, DaemonProxyAnswer
from regdoctor.evidence.exchange import Exchange, FailureKind


@check(
    title="The proxy of Docker's daemon leads to the registry",
    severity=Severity.ERROR,
    failure_modes=("CLI-02",),
    symptoms=(
        "proxyconnect tcp",
        "Proxy Authentication Required",
        "error parsing HTTP 403 response body: invalid character '<' looking for beginning of value",
        "error parsing HTTP 503 response body: invalid character '<' looking for beginning of value",
    ),
    reference="https://docs.docker.com/engine/daemon/proxy/",
)
def daemon_proxy_swallows(answer: DaemonProxyAnswer, proxies: DaemonProxies) -> Outcome:
    """Docker's daemon asks by the proxy of its environment, whatever the shell of the user has: `docker pull` fails
    where curl beside it works.

    A proxy that is there for the internet often refuses addresses of the own network, or does not reach them. Then
    Docker shows the proxy's refusal (`Forbidden`, `Service Unavailable`, `Proxy Authentication Required`), the page
    that it wrote, or `proxyconnect tcp` where the proxy itself is not reached. The registry never sees the request.

    Add the registry's host to NO_PROXY of the daemon and restart Docker; or let the proxy reach the registry.
    """
    if _arrives(answer.proxied, answer):
        return Pass(f"{answer.endpoint.url} by the proxy of {answer.variable.said.name}")
    if not _arrives(answer.direct, answer):
        return Unknown(
            f"{answer.endpoint.url} does not answer as a registry by the proxy of Docker's daemon, nor without it"
        )
    said, exceptions = answer.variable.said, proxies.no_proxy()
    quotes = (said.quote(), *((exceptions.said.quote(),) if exceptions is not None else ()))
    return Fail(
        f"Docker's daemon asks {answer.endpoint.authority} by the proxy {said.text()}, which "
        f"{_in_words(answer.proxied)}; without the proxy the registry answers",
        evidence=(*quotes, answer.proxied.quote("Via", "X-Squid-Error"), answer.direct.quote()),
        resource=f"{said.place.source}: {said.name}",
        remedy=_remedy(answer, proxies),
    )


def _arrives(exchange: Exchange, answer: DaemonProxyAnswer) -> bool:
    """Whether a registry wrote the answer, or a certificate that is trusted neither way shows that TLS came about."""
    if exchange.failure is not None and exchange.failure.kind is FailureKind.TLS:
        other = answer.direct if exchange is answer.proxied else answer.proxied
        return other.failure is not None and other.failure.kind is FailureKind.TLS
    return Ping(answer.endpoint, exchange).is_registry


def _in_words(exchange: Exchange) -> str:
    failure = exchange.failure
    if failure is None:
        return f"answers {exchange.status} itself"
    if failure.kind is FailureKind.TLS:
        return f"shows a certificate of its own ({failure.message})"
    return f"does not lead there ({failure.message})"


def _remedy(answer: DaemonProxyAnswer, proxies: DaemonProxies) -> Remedies:
    host, before = answer.endpoint.host, proxies.no_proxy()
    value = ",".join(part for part in ((before.said.text() or "").strip(", ") if before else "", host) if part)
    if answer.variable.said.name.startswith("proxies.") or (before and before.said.name.startswith("proxies.")):
        text = f'In daemon.json set "no-proxy" of "proxies" to "{value}", then restart Docker:'
        commands = ("sudoedit /etc/docker/daemon.json", "sudo systemctl restart docker")
    else:
        text = (
            f"Except the registry from the daemon's proxy: in the [Service] of docker.service, by a drop-in, "
            f'Environment="NO_PROXY={value}"; then restart Docker:'
        )
        commands = (
            "sudo systemctl edit docker",
            "sudo systemctl restart docker",
        )
    return {Dialect.PLAIN: Remedy(text, commands)}
