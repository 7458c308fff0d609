"""CLI-09 kin: the host passes a port on to one that the registry in its container does not listen on."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.web_addresses import listening_on
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.containers import judged_each
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.container_service import ContainerService, Port
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="The ports that are published lead to the registry in its container",
    severity=Severity.ERROR,
    failure_modes=("CLI-09",),
    symptoms=("curl: (56) Recv failure: Connection reset by peer",),
    explains=("registry_unreachable",),
    reference="https://docs.docker.com/engine/network/port-publishing/",
)
def published_port_wrong(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent) -> Iterator[Outcome]:
    """The number behind the colon of a published port is the container's own: that of http.addr, 5000 by itself.

    With `5000:80` Docker takes connections on the host's port 5000 and passes them on to port 80 of the container,
    where nobody listens: clients are cut off at once, `connection reset by peer` or `EOF`, while the registry's log
    shows nothing at all. It comes from the documentation's example for port 443, `443:443`, which goes with
    REGISTRY_HTTP_ADDR=0.0.0.0:443 and does nothing without it.

    Publish the port of http.addr, or set http.addr to the port that is published.
    """
    yield from judged_each(compose, unit, lambda registry: _judged(registry, compose))


def _judged(registry: ComposeRegistry, compose: ComposeFile | Absent) -> Outcome:
    service = registry.service
    if service.host_network or not service.ports:
        return Skip(f"no port of {service.name} is published")
    if registry.config is None:
        return Unknown(f"the configuration of {service.name} is not known: {registry.problem}")
    listens, debug = registry.config.http_address(), registry.config.debug_address()
    port = listening_on((listens.text() or "") if listens is not None else "")[1]
    if listens is None or port_number(port) is None or _is_socket(registry.config):
        return Skip(f"{service.name} listens on no port that is written here")
    if service.published(port):
        return Pass(f"a published port leads to {listens.text()} of {service.name}")
    other = listening_on((debug.text() or "") if debug is not None else "")[1]
    wrong = next((one for one in service.ports if one.target != other), None)
    if wrong is None:
        return Pass(f"{service.name} publishes the port of its debug server alone")
    return _doubt(service, compose) or _fail(service, listens, port, wrong)


def _is_socket(config: RegistryConfig) -> bool:
    net = config.at("http", "net")
    return net is not None and net.text() == "unix"


def _doubt(service: ContainerService, compose: ComposeFile | Absent) -> Unknown | None:
    """Why the port may be right all the same; None where it cannot be."""
    entries = service.at("ports")
    if service.elsewhere is not None or any(
        isinstance(entry.value, Computed) for entry in (entries.items() if entries is not None else ())
    ):
        return Unknown(f"not all ports that {service.name} publishes are written here")
    for other in compose.services if isinstance(compose, ComposeFile) else ():
        mode = other.at("network_mode")
        if mode is not None and mode.text() == f"service:{service.name}":
            return Unknown(f"{other.name} shares the network of {service.name}, and may listen on that port")
    return None


def _fail(service: ContainerService, listens: Located, port: str, wrong: Port) -> Fail:
    address = f"{wrong.host_ip}:" if wrong.host_ip else ""
    mended = f"{address}{wrong.published or port}:{port}"
    return Fail(
        f"{service.name} publishes port {wrong.target} of its container, where nothing listens: the registry listens "
        f"on {listens.text()}",
        evidence=(wrong.located.quote(), listens.quote()),
        resource=f"{service.name}: {wrong.published or wrong.target}:{wrong.target}",
        remedy={
            Dialect.COMPOSE: Remedy(
                f"Publish the port that the registry listens on, in the service {service.name}:",
                (f'ports:\n  - "{mended}"', "docker compose up -d"),
            ),
            Dialect.PLAIN: Remedy(
                "Publish the port that the registry listens on, with this option:", (f"--publish {mended}",)
            ),
        },
    )
