"""The ports of the host by which clients come to an nginx that runs in a container of a Compose project."""

from __future__ import annotations

import posixpath

from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.installation import Installation
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService, Port
from regdoctor.formats.nginx_config import Server
from regdoctor.injection import Absent


def published_tls_ports(
    server: Server, compose: ComposeFile | Absent, installation: Installation | Absent
) -> tuple[Port, ...]:
    """Where Compose publishes the ports at which a server takes TLS.

    Empty where no service mounts the server's file, where the container shares the host's network, where Docker
    chooses a port, and where only the host itself reaches one: then another proxy stands in front.
    """
    if isinstance(compose, Absent):
        return ()
    service = _service_of(server.directive.quote().source, compose, installation)
    if service is None or service.host_network:
        return ()
    targets = {str(listen.port) for listen in server.listens if listen.ssl and listen.port}
    found = tuple(port for port in service.ports if port.target in targets)
    is_known = all(port_number(port.published) is not None and not port.is_loopback for port in found)
    return found if is_known else ()


def _service_of(file: str, compose: ComposeFile, installation: Installation | Absent) -> ContainerService | None:
    """The service that mounts the file, or a folder above it; None where none or several do."""
    folder = posixpath.dirname(compose.source)
    found = [
        service
        for service in compose.services
        if any(
            mount.kind == "bind" and mount.source and _is_below(file, _on_host(mount.source, folder, installation))
            for mount in service.mounts
        )
    ]
    return found[0] if len(found) == 1 else None


def _on_host(source: str, folder: str, installation: Installation | Absent) -> str:
    """The path of a mount's source as files of the host are named here."""
    if source.startswith("/"):
        place = installation.locate(source) if isinstance(installation, Installation) else None
        return str(place) if place is not None else source
    return posixpath.normpath(posixpath.join(folder, source))


def _is_below(file: str, path: str) -> bool:
    return file == path or file.startswith(path.rstrip("/") + "/")
