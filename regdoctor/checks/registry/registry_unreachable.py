"""No registry answers: the name, the network, the proxy's way to it, or the process itself."""

from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, ping_of, waited_in_vain
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.proxied_answers import is_foreign
from regdoctor.evidence.story import Story
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_SILENT = (FailureKind.REFUSED, FailureKind.TIMEOUT, FailureKind.RESET)
"""What a registry that does not run looks like from its own host; the rest tells of a wrong address or protocol."""
_SEEN_FROM_HERE = (FailureKind.NAME, FailureKind.TIMEOUT, FailureKind.UNREACHABLE)
"""What a host may find at its own public address, behind NAT or with names of its own, while clients are served."""
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
    inner_down = inner if inner is not None and inner.exchange.failure is not None else None
    if outer is None or _tls_failed(outer):
        if inner_down is not None:
            return _inner_down(inner_down, installation)
        if outer is not None:
            return Skip("something answers, but TLS does not come about: see the findings on TLS")
        if inner is not None and not (inner.is_registry or inner.challenges):
            return Unknown(f"whether a registry wrote this is not clear: {inner.exchange.quote().quote}")
        return Pass(_answers(inner)) if inner is not None else Unknown("no address is known")
    if outer.exchange.failure is not None or outer.gateway_error:
        return _outer_down(outer, inner, installation)
    if inner_down is None or outer.is_registry:
        return Pass(_answers(outer))
    return _inner_down(inner_down, installation)


def _tls_failed(ping: Ping) -> bool:
    failure = ping.exchange.failure
    return failure is not None and failure.kind is FailureKind.TLS


def _answers(ping: Ping) -> str:
    return f"{ping.endpoint.url}/v2/ answers {ping.exchange.status}"


def _outer_down(outer: Ping, inner: Ping | None, installation: Installation | Absent) -> Outcome:
    failure = outer.exchange.failure
    by_proxy = f"{outer.signature or 'a proxy'} answers {outer.exchange.status} in its place"
    said = failure.message if failure else by_proxy
    modes = _MODES.get(failure.kind, ()) if failure else ()
    remedy = _behind(outer) if outer.gateway_error else _way(outer)
    severity = None
    if inner is None:
        message = f"The registry cannot be reached: {said}"
    elif inner.exchange.failure is not None:
        own = f"nothing answers at {inner.endpoint.url}" if _nobody_listens(inner) else inner.exchange.failure.message
        message, remedy = (
            f"The registry does not answer: {own}, and at {outer.endpoint.url}: {said}",
            _start(installation),
        )
    elif not inner.is_registry:
        message = (
            f"Clients do not reach the registry, and at {inner.endpoint.url} it is no registry that answers: {said}"
        )
    else:
        who = "This host does" if failure else "Clients do"
        message = f"{who} not reach the registry, which itself answers at {inner.endpoint.url}: {said}"
        if failure and failure.kind in _SEEN_FROM_HERE:
            severity = Severity.WARNING
        if outer.gateway_error:
            remedy = _upstream(outer)
            # nginx looks `localhost` up and may get ::1, where a registry that took 127.0.0.1 does not listen.
            modes = ("PROXY-18",) if (inner.endpoint.host, outer.exchange.status) == ("localhost", 502) else ()
    return Fail(
        message,
        evidence=(
            outer.exchange.quote(),
            *((Quote("the page that answers", outer.author.because),) if outer.author is not None else ()),
            *((inner.exchange.quote(),) if inner is not None else ()),
        ),
        resource=outer.endpoint.url,
        severity=severity,
        failure_modes=modes,
        remedy=remedy,
    )


def _nobody_listens(ping: Ping) -> bool:
    failure = ping.exchange.failure
    return failure is not None and failure.kind is FailureKind.REFUSED


def _inner_down(inner: Ping, installation: Installation | Absent) -> Outcome:
    process = installation.process if isinstance(installation, Installation) else None
    said = inner.exchange.failure.message if inner.exchange.failure else ""
    if process is not None:
        return Unknown(
            f"a registry runs here (process {process.pid}), yet {said}: it is just starting, or in a container "
            "of its own"
        )
    if inner.exchange.failure is None or inner.exchange.failure.kind not in _SILENT:
        return Unknown(f"the registry's own port could not be asked: {said}")
    problem = f"nothing answers at {inner.endpoint.url}" if _nobody_listens(inner) else said
    return Fail(
        f"The registry does not {'run' if _nobody_listens(inner) else 'answer'}: {problem}",
        evidence=(inner.exchange.quote(), inner.endpoint.said_by),
        resource=inner.endpoint.url,
        failure_modes=(),
        remedy=_start(installation),
    )


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
            "Follow the way in: the name, the port, and what the proxy there passes on to. Try it from a client too: a "
            "host behind NAT may not reach its own public address.",
            (
                f"getent ahosts {host}",
                f"curl -sv -o /dev/null {outer.endpoint.url}/v2/",
                f"ss -ltn 'sport = :{port}'",
            ),
        )
    }


def _behind(outer: Ping) -> Remedies:
    """Where a proxy answers in place of a registry: the way to the proxy is sound, and what is behind it is not."""
    return {
        Dialect.OMNIBUS: Remedy(
            f"{_IS_IT_UP} {_WHICH_ADDRESS}",
            (
                "sudo gitlab-ctl status registry",
                "sudo grep -iE 'panic|fatal' /var/log/gitlab/registry/current | tail -n 5",
                "sudo tail -n 20 /var/log/gitlab/nginx/gitlab_registry_error.log",
            ),
        ),
        Dialect.HELM: Remedy(
            f"{_IS_IT_UP} A service without endpoints has no pod that is ready.",
            (
                "kubectl get pods,endpoints -l app=registry",
                "kubectl logs -l app=registry --all-containers --tail=50",
                "kubectl describe pods -l app=registry",
            ),
        ),
        Dialect.COMPOSE: Remedy(
            f"{_IS_IT_UP} {_WHICH_ADDRESS}",
            (
                "docker compose ps --all",
                "docker compose logs --tail=50 registry",
                *_error_log(outer),
            ),
        ),
        Dialect.PLAIN: Remedy(
            f"{_IS_IT_UP} {_WHICH_ADDRESS}",
            (
                "sudo systemctl status --no-pager docker-registry",
                "sudo journalctl -u docker-registry --no-pager -n 50",
                *_error_log(outer),
            ),
        ),
    }


def _error_log(outer: Ping) -> tuple[str, ...]:
    """The command for the proxy's own log, where Debian's package keeps it; nothing where the proxy is another."""
    author = outer.author.name if outer.author is not None else "nginx"
    return (_ERROR_LOGS[author],) if author in _ERROR_LOGS else ()


_ERROR_LOGS = {
    "nginx": "sudo tail -n 20 /var/log/nginx/error.log",
    "Apache": "sudo tail -n 20 /var/log/apache2/error.log",
    "HAProxy": "sudo journalctl -u haproxy --no-pager -n 20",
}
_IS_IT_UP = (
    "The proxy answers, so look behind it: does the registry run? Where it stops at its start, its log says why, such "
    "as `panic: unable to configure authorization (token): unable to open token auth root certificate bundle file`."
)
_WHICH_ADDRESS = "Where it runs, the proxy's log of errors names the address that it tries."


def _upstream(outer: Ping) -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "See where nginx looks for the registry: its log names the address. Where that is [::1], put the second "
            "line into /etc/gitlab/gitlab.rb and reconfigure.",
            (
                "sudo tail -n 20 /var/log/gitlab/nginx/gitlab_registry_error.log",
                "registry['registry_http_addr'] = \"127.0.0.1:5000\"",
                "sudo gitlab-ctl reconfigure",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Let the proxy pass on to the address where the registry listens: its log names the one that it tries.",
            ("sudo tail -n 20 /var/log/nginx/error.log", f"curl -si {outer.endpoint.url}/v2/"),
        ),
    }


@sign(registry_unreachable, parts=(Part.REGISTRY,), statuses=(502, 503, 504))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status not in (502, 503, 504) or not answered_by_registry_or_proxy(call):
        return None
    ping = ping_of(call)
    if not ping.gateway_error or not is_foreign(call.exchange) or waited_in_vain(call, story):
        return None
    # Where the same address served before, its registry was away for a moment only.
    before = ping.endpoint.url in story.registries
    if call.api is not None and call.api.before and not before:
        return None  # below a path, and never seen to be a registry: another program may have a /v2/, too
    told = _outer_down(ping, None, Absent("a recording tells of no installation"))
    return replace(told, severity=Severity.WARNING if before else None) if isinstance(told, Fail) else None
