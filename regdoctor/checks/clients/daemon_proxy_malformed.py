"""CLI-02: the address of the proxy of Docker's daemon is none, so that it asks another host, or no proxy at all."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.distribution.go_proxies import SCHEMES, parse_proxy
from regdoctor.evidence.daemon_proxies import DaemonProxies, ProxyVariable


@check(
    title="The proxy of Docker's daemon has an address that the daemon can use",
    severity=Severity.ERROR,
    failure_modes=("CLI-02",),
    symptoms=(
        "proxyconnect tcp: dial tcp: lookup http",
        "proxyconnect tcp: dial tcp: lookup ftp",
    ),
    reference="https://docs.docker.com/engine/daemon/proxy/",
)
def daemon_proxy_malformed(proxies: DaemonProxies) -> Iterator[Outcome]:
    """HTTP_PROXY and HTTPS_PROXY of Docker's daemon are read leniently: what is no URL is tried again with `http://`
    before it.

    Of `ftp://proxy:3128`, or of a URL whose port is no number, the word before the colon then is the name of the
    proxy's host, and every pull and push ends with `proxyconnect tcp: dial tcp: lookup ftp: no such host`. What is no
    URL then either, such as one with a blank in it, is passed over without a word, and the daemon uses no proxy.

    Write the proxy as scheme, host and port, `http://proxy.example.com:3128`, and restart Docker.
    """
    found = [
        outcome
        for name in ("HTTPS_PROXY", "HTTP_PROXY")
        if (variable := proxies.effective.get(name)) is not None
        for outcome in (_judge(variable),)
    ]
    yield from found or (Skip("Docker's daemon has exceptions from a proxy, and no proxy"),)


def _judge(variable: ProxyVariable) -> Outcome:
    address = parse_proxy(variable.text)
    said = variable.said
    if address is None:
        return _fail(variable, f"{said.name} of Docker's daemon is no URL, so that it uses no proxy", Severity.WARNING)
    if not address.is_meant:
        return _fail(variable, f"Docker's daemon takes {address.host!r} for its proxy's host: {said.name} is no URL")
    return Pass(f"{said.name}: {said.text()}")


def _fail(variable: ProxyVariable, message: str, severity: Severity | None = None) -> Fail:
    said = variable.said
    text = (
        f"Write {said.name} ({said.place.source}) as scheme, host and port, such as `http://proxy.example.com:3128` "
        f"(schemes: {', '.join(SCHEMES)}), then restart Docker:"
    )
    return Fail(
        f"{message} ({said.text()})",
        severity=severity,
        evidence=(said.quote(),),
        resource=f"{said.place.source}: {said.name}",
        remedy={Dialect.PLAIN: Remedy(text, ("sudo systemctl daemon-reload", "sudo systemctl restart docker"))},
    )
