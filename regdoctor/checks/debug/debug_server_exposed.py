"""CFG-02: the debug server, which shows the process's insides, is open to more than its own host."""

import ipaddress

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_EVERYWHERE = ("", "*")


@check(
    title="The debug server is for its own host alone",
    severity=Severity.ERROR,
    failure_modes=("CFG-02",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def debug_server_exposed(
    debug: DebugServer, config: RegistryConfig | Absent, installation: Installation | Absent
) -> Outcome:
    """http.debug.addr opens a server that asks for no login.

    It shows health and, where they are switched on, metrics; distribution's also /debug/vars and pprof. GitLab's
    registry has no /debug/vars, and pprof only where it is switched on. /debug/vars shows the command line, pprof the
    heap, where credentials are; a profile also costs the registry time. GitLab says that access must be locked down in
    production. An address such as `:5001` or `0.0.0.0:5001` tells it to listen on every interface. In a container that
    is as it must be, for the probes of Kubernetes come from outside: there only the port's being published counts,
    which is not seen here, so this stays open.

    Listen on localhost, or let a firewall keep others out.
    """
    public = debug.health_at_public_address
    if public is not None and debug.is_public:
        return Fail(
            f"The debug server's pages can be had at the registry's public address: {public.url}",
            evidence=(public.quote(),),
            resource=public.url,
            remedy={Dialect.PLAIN: Remedy("Remove from the proxy what passes /debug on to the registry's debug port.")},
        )
    setting = config.debug_address() if isinstance(config, RegistryConfig) else None
    if setting is None:
        return Unknown(f"{debug.endpoint.url} was named by hand; what it listens on is not known")
    address = setting.text() or ""
    reach = _reach(address.rpartition(":")[0])
    if reach is None:
        return Unknown(f"it is told to listen on {address}; whether that name is this host alone is not known")
    if not reach:
        return Pass(f"it is told to listen on {address}")
    if isinstance(installation, Installation) and installation.dialect in (Dialect.HELM, Dialect.COMPOSE):
        return Unknown(
            f"it is told to listen on {address} inside a container; whether the port is published cannot be seen "
            "from here"
        )
    return _listens_widely(debug, setting, reach)


def _reach(host: str) -> str | None:
    """Where a listening address can be reached besides its own host: empty for nowhere; None where nothing tells."""
    if host in _EVERYWHERE:
        return "every interface"
    if host.lower() == "localhost":
        return ""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    if address.is_unspecified:
        return "every interface"
    return "" if address.is_loopback else host


def _listens_widely(debug: DebugServer, setting: Located, reach: str) -> Fail:
    pages = ((debug.variables, debug.shows_variables), (debug.profiles, debug.shows_profiles))
    shown = [exchange.quote() for exchange, is_shown in pages if is_shown]
    what = "its variables and profiles, to anyone who reaches it" if shown else "its health, to anyone who reaches it"
    address = setting.text() or ""
    return Fail(
        # Told, for all that is read here is a line of the configuration: a firewall's or a namespace's word is not.
        f"The debug server is told to listen on {reach} ({address}) and shows {what}",
        evidence=(setting.quote(), *(shown or [debug.health.quote()])),
        resource=address,
        severity=Severity.ERROR if shown else Severity.WARNING,
        remedy=_remedies(address, setting.quote()),
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
