"""CFG-01 kin: the registry in its container looks for the S3 service where there is none."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.evidence.containers import judged_each
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.compose_names import known_names
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Located
from regdoctor.formats.s3_hosts import EndpointAddress, endpoint_address, is_address, is_loopback
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies import change

_NEAR = 0.8
_STORES = ("minio", "garage", "seaweed", "ceph", "localstack", "zenko", "s3")
"""What the images and services of S3 stores are called."""


@check(
    title="The registry's container knows the S3 service by the name that it is given",
    severity=Severity.ERROR,
    failure_modes=(),
    symptoms=("dial tcp 127.0.0.1:9000: connect: connection refused",),
    explains=("registry_unhealthy",),
    reference="https://docs.docker.com/compose/how-tos/networking/",
)
def s3_endpoint_name_unknown(compose: ComposeFile | Absent, unit: ServiceEnvironment | Absent) -> Iterator[Outcome]:
    """In a container localhost is that container, and a service of the project is known by its name there.

    `http://localhost:9000` as regionendpoint makes the registry look for the store in itself: `connect: connection
    refused`. With a name that is no service's it is `no such host`. Either way the registry starts, its health check
    fails, and every request is answered with 503.

    Set regionendpoint to the name of the store's service and the port that it has in its own container.
    """
    yield from judged_each(compose, unit, lambda registry: _judged(registry, compose))


def _judged(registry: ComposeRegistry, compose: ComposeFile | Absent) -> Outcome:
    service = registry.service
    s3 = s3_parameters(registry.config) if registry.config is not None else None
    endpoint = s3.value("regionendpoint") if s3 is not None else None
    if s3 is None or endpoint is None:
        return Skip(f"{service.name} is told of no S3 service, or its configuration is not known")
    address = endpoint_address(s3.written("regionendpoint").strip())
    if address is None:
        return Skip("regionendpoint is no address: see s3_endpoint_malformed")
    if is_loopback(address.host):
        return _on_loopback(service, s3, endpoint, address, compose)
    if is_address(address.host) or "." in address.host or not isinstance(compose, ComposeFile):
        return Pass(f"{address.host} is no name that only Docker would know")
    if address.host in known_names(compose, service):
        return Pass(f"{address.host} is a service of the project")
    return _by_unknown_name(service, s3, endpoint, address, compose)


def _on_loopback(
    service: ContainerService,
    s3: S3Parameters,
    endpoint: Located,
    address: EndpointAddress,
    compose: ComposeFile | Absent,
) -> Outcome:
    if service.host_network:
        return Pass(f"{service.name} shares the host's network, where {address.host} is the host")
    mode = service.at("network_mode")
    shared = [] if isinstance(compose, Absent) else [one.at("network_mode") for one in compose.services]
    if mode is not None or any(one is not None and one.text() == f"service:{service.name}" for one in shared):
        return Unknown(f"{service.name} shares its network with another container, where the store may be")
    store = _store(compose)
    return Fail(
        f"regionendpoint leads to {address.host}, which is {service.name}'s own container, where no S3 service is",
        evidence=(endpoint.quote(), _of(service)),
        resource=s3.setting("regionendpoint"),
        remedy=change(
            s3.setting("regionendpoint"),
            _at(address, store or "host.docker.internal"),
            f"Name the service of the store, {store}."
            if store
            else "Name the store as the container reaches it; for one on the host itself, with extra_hosts: "
            "host.docker.internal:host-gateway.",
            now=endpoint,
        ),
    )


def _by_unknown_name(
    service: ContainerService, s3: S3Parameters, endpoint: Located, address: EndpointAddress, compose: ComposeFile
) -> Outcome:
    names = sorted(one.name for one in compose.services if one.name != service.name)
    near = difflib.get_close_matches(address.host, names, 1, _NEAR)
    if compose.include is not None or service.elsewhere is not None or not near:
        # A network of the host's, or a search domain of its resolver, may know it.
        return Unknown(f"{address.host} is no service of this project; whether another network knows it is not seen")
    return Fail(
        f"regionendpoint leads to {address.host}, which is no service of this project; did you mean {near[0]}?",
        evidence=(endpoint.quote(), *(_of(one) for one in compose.services if one.name == near[0])),
        resource=s3.setting("regionendpoint"),
        remedy=change(
            s3.setting("regionendpoint"), _at(address, near[0]), "Write the name of the store's service.", now=endpoint
        ),
    )


def _store(compose: ComposeFile | Absent) -> str:
    """The service that is an S3 store, by its name or its image; empty where none is."""
    for service in compose.services if isinstance(compose, ComposeFile) else ():
        image = service.image.value if service.image is not None else ""
        if any(word in f"{service.name} {image}".lower() for word in _STORES) and not service.name.endswith("registry"):
            return service.name
    return ""


def _at(address: EndpointAddress, host: str) -> str:
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme or 'http'}://{host}{port}"


def _of(service: ContainerService) -> Quote:
    return Located(None, service.place, f"services.{service.name}").quote()
