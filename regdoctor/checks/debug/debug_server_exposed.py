"""CFG-02: the debug server, which shows the process's insides, is open to more than its own host."""

import ipaddress

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.containers import in_containers
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.container_service import Port
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change

_EVERYWHERE = ("", "*")
_WITH_PROFILES = (Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3)
"""GitLab's registry serves neither /debug/vars nor, unless told to, profiles."""


@check(
    title="The debug server is for its own host alone",
    severity=Severity.ERROR,
    failure_modes=("CFG-02",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def debug_server_exposed(
    debug: DebugServer | Absent,
    config: RegistryConfig | Absent,
    installation: Installation | Absent,
    compose: ComposeFile | Absent,
    unit: ServiceEnvironment | Absent,
    product: Product | Absent,
) -> Outcome:
    """http.debug.addr opens a server that asks for no login.

    It shows health and, where they are switched on, metrics; distribution's also /debug/vars and pprof. GitLab's
    registry has no /debug/vars, and pprof only where it is switched on. /debug/vars shows the command line, pprof the
    heap, where credentials are; a profile also costs the registry time. GitLab says that access must be locked down in
    production. An address such as `:5001` or `0.0.0.0:5001` tells it to listen on every interface. In a container that
    is as it must be, for the probes of Kubernetes come from outside: there only the port's being published counts,
    which a Compose file or the options of `docker run` tell.

    Listen on localhost, or let a firewall keep others out.
    """
    seen = _at_public_address(debug) if isinstance(debug, DebugServer) else None
    if seen is not None:
        return seen
    contained = [_published(registry) for registry in in_containers(compose, unit)]
    setting = config.debug_address() if isinstance(config, RegistryConfig) else None
    published = any(isinstance(one, Fail) for one in contained)
    is_contained = _in_container(installation) or _is_of_a_container(setting, compose, unit)
    if contained and (setting is None or published or is_contained):
        return next((one for one in contained if isinstance(one, Fail)), contained[0])
    if setting is None:
        return _not_told(debug, config)
    address = setting.text() or ""
    reach = _reach(address.rpartition(":")[0])
    if reach is None:
        return Unknown(f"it is told to listen on {address}; whether that name is this host alone is not known")
    if not reach:
        return Pass(f"it is told to listen on {address}")
    if isinstance(installation, Installation) and _in_container(installation):
        if installation.dialect is Dialect.HELM and isinstance(debug, Absent):
            return Pass(f"it is told to listen on {address} in its pod, where the chart's service does not lead")
        return Unknown(
            f"it is told to listen on {address} inside a container; whether the port is published cannot be seen "
            "from here"
        )
    if isinstance(debug, Absent):
        if _is_lone_file(installation, unit):
            return Unknown(
                f"it is told to listen on {address}; whether on a host or in a container, and whether the port is "
                "published there, a configuration file by itself does not say"
            )
        return _told_widely(setting, reach, isinstance(product, Product) and product.must_be(*_WITH_PROFILES))
    return _listens_widely(debug, setting, reach)


def _in_container(installation: Installation | Absent) -> bool:
    """Whether what is examined runs in containers."""
    return isinstance(installation, Installation) and installation.dialect in (Dialect.HELM, Dialect.COMPOSE)


def _is_of_a_container(
    setting: Located | None, compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent
) -> bool:
    """Whether the address is that of a registry that a file here starts in a container."""
    configs = (registry.config for registry in in_containers(compose, unit) if registry.config is not None)
    return setting is not None and any(config.debug_address() == setting for config in configs)


def _is_lone_file(installation: Installation | Absent, unit: ServiceEnvironment | Absent) -> bool:
    """Whether only a config.yml was named: no host with its files, no gitlab.rb, no unit that starts it on a host."""
    if isinstance(installation, Absent) or isinstance(unit, ServiceEnvironment):
        return False
    return installation.root is None and not installation.live and installation.dialect is Dialect.PLAIN


def _at_public_address(debug: DebugServer) -> Fail | None:
    public = debug.health_at_public_address
    if public is None or not debug.is_public:
        return None
    return Fail(
        f"The debug server's pages can be had at the registry's public address: {public.url}",
        evidence=(public.quote(),),
        resource=public.url,
        remedy={Dialect.PLAIN: Remedy("Remove from the proxy what passes /debug on to the registry's debug port.")},
    )


def _not_told(debug: DebugServer | Absent, config: RegistryConfig | Absent) -> Outcome:
    if isinstance(debug, DebugServer):
        return Unknown(f"{debug.endpoint.url} was named by hand; what it listens on is not known")
    if isinstance(config, RegistryConfig):
        return Skip("the debug server is not enabled here (http.debug.addr)")
    return Unknown(config.reason) if config.applicable else Skip(config.reason)


def _published(registry: ComposeRegistry) -> Outcome:
    """What the file that starts a container says of the debug server's port."""
    service = registry.service
    if registry.config is None:
        return Unknown(f"the configuration of {service.name} is not known: {registry.problem}")
    setting = registry.config.debug_address()
    if setting is None:
        return Skip(f"the debug server of {service.name} is not enabled (http.debug.addr)")
    host, _, port = (setting.text() or "").rpartition(":")
    if not _reach(host) and _reach(host) is not None:
        return Pass(f"{service.name} is told to listen on {setting.text()}")
    wide = [one for one in service.published(port) if not one.is_loopback]
    if not wide and not service.host_network:
        return Pass(
            f"{service.name} listens on {setting.text()} in its container, and no port leads there from outside"
        )
    name = service.image_name
    shows = "its health, and its variables and profiles," if name is not None and name.is_official else "its health"
    where = wide[0].located if wide else service.at("network_mode") or setting
    said = wide[0].published or "one that Docker chooses" if wide else port
    return Fail(
        f"The debug server of {service.name} is published on the host's port {said}: it shows {shows} to anyone",
        evidence=(setting.quote(), *((where.quote(),) if where is not setting else ())),
        resource=setting.text() or "",
        severity=Severity.ERROR if name is not None and name.is_official else Severity.WARNING,
        remedy={**_remedies(setting), **_unpublish(wide, port)},
    )


def _unpublish(wide: list[Port], port: str) -> Remedies:
    if not wide:
        # On the host's own network nothing is published: the address counts, and a variable wins over any file.
        variable = f"REGISTRY_HTTP_DEBUG_ADDR=localhost:{port}"
        why = "The container shares the host's network: let the debug server listen on localhost,"
        return {
            Dialect.COMPOSE: Remedy(
                f"{why} by a variable of the service, and start it anew:",
                (f"environment:\n  - {variable}", "docker compose up -d"),
            ),
            Dialect.PLAIN: Remedy(f"{why} with this option:", (f"--env {variable}",)),
        }
    line = f'- "127.0.0.1:{wide[0].published or port}:{port}"'
    return {
        Dialect.COMPOSE: Remedy(
            "Publish the port on loopback alone, or not at all, then start the service anew:",
            (f"ports:\n  {line}", "docker compose up -d"),
        ),
        Dialect.PLAIN: Remedy(
            "Publish the port on loopback alone, with this option, or not at all:",
            (f"--publish 127.0.0.1:{wide[0].published or port}:{port}",),
        ),
    }


def _told_widely(setting: Located, reach: str, shows_profiles: bool) -> Fail:
    address = setting.text() or ""
    what = "its variables and profiles" if shows_profiles else "its health"
    return Fail(
        f"The debug server is told to listen on {reach} ({address}), where it shows {what} to anyone who reaches it",
        evidence=(setting.quote(),),
        resource=address,
        severity=Severity.ERROR if shows_profiles else Severity.WARNING,
        remedy=_remedies(setting),
    )


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
        remedy=_remedies(setting),
    )


def _remedies(setting: Located) -> Remedies:
    port = (setting.text() or "").rpartition(":")[2]
    told = change("http.debug.addr", f"localhost:{port}", "Let it listen on localhost.", now=setting)
    return {
        Dialect.OMNIBUS: Remedy(
            "Let it listen on localhost: this line in /etc/gitlab/gitlab.rb.",
            (f"registry['debug_addr'] = \"localhost:{port}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.COMPOSE: told[Dialect.COMPOSE],
        Dialect.PLAIN: told[Dialect.PLAIN],
    }
