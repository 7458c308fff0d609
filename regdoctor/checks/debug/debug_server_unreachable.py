"""CFG-03: the debug server does not answer where it should be."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, check
from regdoctor.evidence.answers import InternalAnswer
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.injection import Absent


@check(
    title="The debug server answers",
    severity=Severity.ERROR,
    failure_modes=("CFG-03",),
    symptoms=("curl: (7) Failed to connect to localhost port 5001",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def debug_server_unreachable(debug: DebugServer, internal: InternalAnswer | Absent) -> Outcome:
    """The debug server is a port of its own, set by http.debug.addr. /debug/health is never on the main port.

    Where the configuration names it and nothing answers there, the registry was not restarted since, or it did not
    get the setting. Where a 404 comes back, it is the main port, or another server, that was asked.

    Restart the registry, or ask the right port.
    """
    if debug.problems is not None:
        return Pass(f"{debug.endpoint.url}/debug/health answers {debug.health.status}")
    main = internal.ping.endpoint.url if isinstance(internal, InternalAnswer) else None
    failure = debug.health.failure
    if main == debug.endpoint.url:
        problem = f"{debug.endpoint.url} is the registry's main port, which has no /debug/health"
    elif failure is not None:
        problem = f"nothing answers at {debug.endpoint.url}, where it should be: {failure.message}"
    else:
        problem = f"{debug.endpoint.url}/debug/health gives {debug.health.status} and no health report"
    said_by: tuple[Quote, ...] = (debug.endpoint.said_by, debug.health.quote())
    return Fail(
        f"The debug server does not answer: {problem}",
        evidence=said_by,
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
            Dialect.PLAIN: Remedy(
                "Restart the registry so that it takes the setting, then ask again.",
                (f"curl -s {debug.endpoint.url}/debug/health",),
            ),
        },
    )
