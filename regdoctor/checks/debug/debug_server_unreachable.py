"""CFG-03: the debug server does not answer where it should be."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.injection import Absent


@check(
    title="The debug server answers",
    severity=Severity.ERROR,
    failure_modes=("CFG-03",),
    symptoms=("curl: (7) Failed to connect to localhost port 5001",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def debug_server_unreachable(
    debug: DebugServer, internal: InternalAnswer | Absent, public: PublicAnswer | Absent
) -> Outcome:
    """The debug server is a port of its own, set by http.debug.addr. /debug/health is never on the main port.

    Where the configuration names it and nothing answers there, the registry was not restarted since, or it did not
    get the setting. Where a 404 comes back, it is the main port, or another server, that was asked.

    Restart the registry, or ask the right port.
    """
    if debug.problems is not None:
        return Pass(f"{debug.endpoint.url}/debug/health answers {debug.health.status}")
    failure = debug.health.failure
    main = internal.ping if isinstance(internal, InternalAnswer) else None
    if Ping(debug.endpoint, debug.health).wants_tls:
        return Unknown(f"{debug.endpoint.url} expects TLS: ask it with --debug-url https://{debug.endpoint.authority}")
    if failure and main and main.exchange.failure and isinstance(public, PublicAnswer) and public.best.is_registry:
        return Unknown(
            f"the registry answers at {public.best.endpoint.url}, but neither its own port nor its debug port does "
            "here: it runs in a container or on another host"
        )
    if main and main.endpoint.url == debug.endpoint.url:
        problem = f"{debug.endpoint.url} is the registry's main port, which has no /debug/health"
    elif failure is not None:
        problem = f"nothing answers at {debug.endpoint.url}, where it should be: {failure.message}"
    else:
        problem = f"{debug.endpoint.url}/debug/health gives {debug.health.status} and no health report"
    return Fail(
        f"The debug server does not answer: {problem}",
        evidence=(debug.endpoint.said_by, debug.health.quote()),
        resource=debug.endpoint.url,
        remedy={
            Dialect.OMNIBUS: Remedy(
                "Let the registry take the setting, then ask again.",
                (
                    "sudo gitlab-ctl reconfigure",
                    "sudo gitlab-ctl restart registry",
                    f"curl -s {debug.endpoint.url}/debug/health",
                ),
            ),
            Dialect.COMPOSE: Remedy(
                "Restart the registry so that it takes the setting, then ask again. In a container the address must be "
                "one that is reached from outside of it, such as :5001, and the port be published on localhost only.",
                ("docker compose restart registry", f"curl -s {debug.endpoint.url}/debug/health"),
            ),
            Dialect.PLAIN: Remedy(
                "Restart the registry so that it takes the setting, then ask again.",
                (f"curl -s {debug.endpoint.url}/debug/health",),
            ),
        },
    )
