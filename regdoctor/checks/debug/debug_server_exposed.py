"""CFG-02: the debug server, which shows the process's insides, is open to more than its own host."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, check
from regdoctor.evidence.debug_server import DebugServer, problems_in
from regdoctor.evidence.installation import Installation
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_EVERYWHERE = ("", "0.0.0.0", "[::]", "*")  # noqa: S104 - compared, not bound
_LOOPBACK = ("localhost", "127.", "[::1]", "::1")


@check(
    title="The debug server is for its own host alone",
    severity=Severity.ERROR,
    failure_modes=("CFG-02",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def debug_server_exposed(
    debug: DebugServer, config: RegistryConfig | Absent, installation: Installation | Absent
) -> Outcome:
    """http.debug.addr opens a server without a login:
    health, metrics, and with upstream's registry /debug/vars and pprof.

    /debug/vars shows the command line, pprof the heap, where credentials are; a profile also costs the registry
    time. GitLab says that access must be locked down in production. An address such as `:5001` or `0.0.0.0:5001`
    listens on every interface. In a container that is as it must be, for the probes of Kubernetes come from
    outside: there only the port's being published counts, which is not seen here.

    Listen on localhost, or let a firewall keep others out.
    """
    public = debug.health_at_public_address
    if public is not None and problems_in(public) is not None:
        return Fail(
            f"The debug server's pages can be had at the registry's public address: {public.url}",
            evidence=(public.quote(),),
            resource=public.url,
            remedy={Dialect.PLAIN: Remedy("Remove from the proxy what passes /debug on to the registry's debug port.")},
        )
    setting = config.debug_address() if isinstance(config, RegistryConfig) else None
    if setting is None:
        return Pass(f"{debug.endpoint.url} was named by hand; what it listens on is not known")
    host = (setting.text() or "").rpartition(":")[0]
    if host.startswith(_LOOPBACK):
        return Pass(f"it listens on {setting.text()}")
    if isinstance(installation, Installation) and installation.dialect in (Dialect.HELM, Dialect.COMPOSE):
        return Pass(f"it listens on {setting.text()} inside a container")
    shown = [exchange.quote() for exchange in (debug.variables, debug.profiles) if exchange.status == 200]
    where = "every interface" if host in _EVERYWHERE else host
    what = "its variables and profiles to anyone who reaches it" if shown else "its health and metrics"
    return Fail(
        f"The debug server listens on {where} ({setting.text()}) and shows {what}",
        evidence=(setting.quote(), *shown) if shown else (setting.quote(), debug.health.quote()),
        resource=setting.text() or "",
        severity=Severity.ERROR if shown else Severity.WARNING,
        remedy=_remedies(setting.text() or "", setting.quote()),
    )


def _remedies(address: str, said_by: Quote) -> Remedies:
    port = address.rpartition(":")[2]
    return {
        Dialect.OMNIBUS: Remedy(
            "Let it listen on localhost: this line in /etc/gitlab/gitlab.rb.",
            (f"registry['debug_addr'] = \"localhost:{port}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.PLAIN: Remedy(
            f"Let it listen on localhost, where {said_by.source} says otherwise, and restart the registry.",
            (f"http:\n  debug:\n    addr: localhost:{port}",),
        ),
    }
