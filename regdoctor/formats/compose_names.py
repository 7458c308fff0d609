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
        names.add(service.name)
        for key in ("container_name", "hostname"):
            names.add(_text(service.at(key)))
        networks = service.at("networks")
        for network in networks.entries().values() if networks is not None else ():
            aliases = network.at("aliases")
            names.update(_text(alias) for alias in (aliases.items() if aliases is not None else ()))
    for key in ("links", "external_links", "extra_hosts"):
        said = here.at(key)
        if said is not None:
            names.update(part for entry in said.items() for part in _text(entry).replace("=", ":").split(":"))
            names.update(said.entries())
    return {name.lower() for name in names if name}


def _text(located: Located | None) -> str:
    return (located.text() if located is not None else None) or ""
