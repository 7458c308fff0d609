"""No registry answers: the name, the network, the proxy's way to it, or the process itself."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.injection import Absent

_MODES = {FailureKind.NAME: ("CLI-06",), FailureKind.TIMEOUT: ("CLI-09",)}


@check(
    title="The registry answers",
    severity=Severity.CRITICAL,
    failure_modes=("CLI-06", "CLI-09", "PROXY-18"),
    symptoms=(
        "no such host",
        "connection refused",
        "Client.Timeout exceeded while awaiting headers",
        "received unexpected HTTP status: 502 Bad Gateway",
    ),
    explains=("debug_server_unreachable", "login_unauthorized"),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def registry_unreachable(
    public: PublicAnswer | Absent, internal: InternalAnswer | Absent, installation: Installation | Absent
) -> Outcome:
    """Whatever a client does begins with GET /v2/ at the registry's address.

    Here nothing answers, or a proxy answers with 502, 503 or 504 in place of a registry that it cannot reach. On
    the registry's own host both the public address and the port of the process are asked, which tells a registry
    that does not run from a proxy that looks for it in the wrong place, and both from a name that does not resolve.

    Start the registry, and read the first lines that it logs when it does not stay up.
    """
    outer = public.best if isinstance(public, PublicAnswer) else None
    inner = internal.ping if isinstance(internal, InternalAnswer) else None
    if outer is None and inner is None:
        absence = public if isinstance(public, Absent) else Absent("no address is known")
        return Unknown(absence.reason) if absence.applicable else Skip(absence.reason)
    if isinstance(public, PublicAnswer) and public.ping.exchange.failure and not public.answered:
        kind = public.ping.exchange.failure.kind
        if kind is FailureKind.TLS:
            return Skip("something answers, but TLS does not come about: see tls_not_verified")
    outer_down = outer is not None and (outer.exchange.failure is not None or outer.gateway_error)
    inner_down = inner is not None and inner.exchange.failure is not None
    if not outer_down and not inner_down:
        look = outer or inner
        return Pass(f"{look.endpoint.url}/v2/ answers {look.exchange.status}" if look else "")
    if outer is not None and outer_down:
        return _outer_down(outer, inner, inner_down, installation)
    if outer is not None and outer.is_registry:
        return Pass(f"{outer.endpoint.url}/v2/ answers {outer.exchange.status}")
    return _inner_down(inner, installation) if inner else Pass()


def _outer_down(outer: Ping, inner: Ping | None, inner_down: bool, installation: Installation | Absent) -> Outcome:
    failure = outer.exchange.failure
    said = failure.message if failure else f"a proxy answers {outer.exchange.status} in its place"
    evidence = [outer.exchange.quote()]
    if inner is not None:
        evidence.append(inner.exchange.quote())
    if inner_down:
        message = f"The registry does not run: nothing answers at {inner.endpoint.url if inner else ''}, and {said}"
        if failure:
            message = f"The registry does not run: nothing answers at {outer.endpoint.url} nor at {_address(inner)}"
    elif inner is not None:
        message = f"Clients do not reach the registry, which itself answers at {inner.endpoint.url}: {said}"
    else:
        message = f"The registry cannot be reached: {said}"
    return Fail(
        message,
        evidence=tuple(evidence),
        resource=outer.endpoint.url,
        failure_modes=_MODES.get(failure.kind, ()) if failure else (),
        remedy=_start(installation) if inner_down else _way(outer),
    )


def _inner_down(inner: Ping, installation: Installation | Absent) -> Outcome:
    return Fail(
        f"The registry does not run: nothing answers at {inner.endpoint.url}",
        evidence=(inner.exchange.quote(), inner.endpoint.said_by),
        resource=inner.endpoint.url,
        failure_modes=(),
        remedy=_start(installation),
    )


def _address(ping: Ping | None) -> str:
    return ping.endpoint.url if ping else "its own port"


def _start(installation: Installation | Absent) -> Remedies:
    config = "/etc/docker/registry/config.yml"
    if isinstance(installation, Installation) and installation.registry_config:
        config = installation.name(installation.registry_config)
    return {
        Dialect.OMNIBUS: Remedy(
            "Start the registry; where it does not stay up, its last lines say why.",
            (
                "sudo gitlab-ctl start registry",
                "sudo gitlab-ctl status registry",
                "sudo gitlab-ctl tail registry",
            ),
        ),
        Dialect.HELM: Remedy(
            "Look why the registry's pods are not ready.",
            ("kubectl get pods -l app=registry", "kubectl logs -l app=registry --tail=50"),
        ),
        Dialect.COMPOSE: Remedy(
            "Start the registry's container; its last lines say why it stops.",
            ("docker compose up -d registry", "docker compose logs --tail=50 registry"),
        ),
        Dialect.PLAIN: Remedy(
            f"Start the registry with {config}; where it does not stay up, its last lines say why.",
            ("sudo systemctl start docker-registry", "sudo journalctl -u docker-registry -n 50"),
        ),
    }


def _way(outer: Ping) -> Remedies:
    host, port = outer.endpoint.host, outer.endpoint.port
    return {
        Dialect.PLAIN: Remedy(
            "Follow the way in: the name, the port, and what the proxy there passes on to.",
            (
                f"getent ahosts {host}",
                f"curl -sv -o /dev/null {outer.endpoint.url}/v2/",
                f"ss -ltn 'sport = :{port}'",
            ),
        )
    }
