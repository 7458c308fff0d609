"""The names by which containers of a Compose project know each other."""

from __future__ import annotations

from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Located


def known_names(compose: ComposeFile, here: ContainerService) -> set[str]:
    """Every name that the project gives a container, and those that `here` is told of, in lower case.

    Raises UndecidedError where one of them is computed at run time.
    """
    names: set[str] = set()
    for service in compose.services:
        names |= own_names(service)
    for key in ("links", "external_links", "extra_hosts"):
        said = here.at(key)
        if said is not None:
            names.update(part for entry in said.items() for part in _text(entry).replace("=", ":").split(":"))
            names.update(said.entries())
    return {name.lower() for name in names if name}


def service_at(compose: ComposeFile, source: str, value: Located | None) -> ContainerService | None:
    """The service in whose part of the file `source` a value was written; None where that is not known."""
    line = value.place.line if value is not None and value.place.source == source else None
    above = [
        one
        for one in compose.services
        if one.place.source == source and line is not None and one.place.line is not None and one.place.line <= line
    ]
    return max(above, key=lambda one: one.place.line or 0, default=None)


def own_names(service: ContainerService) -> set[str]:
    """The names by which the other containers of the project reach a service, in lower case.

    Raises UndecidedError where one of them is computed at run time.
    """
    names = {service.name, *(_text(service.at(key)) for key in ("container_name", "hostname"))}
    networks = service.at("networks")
    for network in networks.entries().values() if networks is not None else ():
        aliases = network.at("aliases")
        names.update(_text(alias) for alias in (aliases.items() if aliases is not None else ()))
    return {name.lower() for name in names if name}


def _text(located: Located | None) -> str:
    return (located.text() if located is not None else None) or ""
