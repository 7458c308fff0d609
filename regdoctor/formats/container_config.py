"""The configuration that a registry in a container runs with: its image's own or a mounted file, and its variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.image_defaults import CONFIG_PATHS, UNLIKE, config_path, default_config
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config


def service_config(service: ContainerService, mounted: tuple[bytes, str] | None) -> RegistryConfig | None:
    """The effective configuration; None where the file that the registry reads is not to be had.

    mounted: content and path of the file that is mounted where the service reads its configuration.

    What an image brings along has a place of the layer `default`; a variable has the place where it is written. Raises
    UnreadableError where the mounted file is no configuration, UndecidedError where the image is computed.
    """
    image = service.image.text() if service.image is not None else None
    name = service.image_name
    path = service.config_file()
    if mounted is not None:
        data, source = mounted
    else:
        own = default_config(image) if image else None
        if own is None or not _reads_own(service, path):
            return None
        data, source = own, f"{image}, its own config.yml"
    variables = {variable.name: variable for variable in service.variables}
    given = [(variable.name, variable.value, variable.place) for variable in variables.values()]
    generation, version = (name.generation, name.version) if name is not None else (None, ())
    config = parse_registry_config(data, source, given, generation=generation, version=version)
    tree = config.tree if mounted is not None else _as_default(config.tree, source)
    if mounted is None and name is not None and name.major is None:
        tree = _undecided(tree, source)
    return replace(config, tree=tree)


def _reads_own(service: ContainerService, path: str | None) -> bool:
    """Whether the image's own file is what it reads: at its usual path, and nothing mounted over that."""
    usual = config_path(service.image.text() or "") if service.image is not None else None
    places = {usual} if usual else set(CONFIG_PATHS.values())
    looked_at = {path} if path else places
    return looked_at <= places and not any(service.mount_at(place) for place in looked_at if place)


def _as_default(tree: Located, source: str) -> Located:
    """What the image's own file says, as a default: its lines are not to be seen."""

    def change(here: Located) -> Located:
        return replace(here, place=Place(source, layer="default")) if here.place.source == source else here

    return _mapped(tree, change)


def _undecided(tree: Located, source: str) -> Located:
    """The tree with Computed where images of 2 and of 3 differ and no variable says how it is."""
    for path in UNLIKE:
        section = tree.at(path[0])
        if section is None or not isinstance(section.value, Mapping) or path[1] in section.value:
            continue
        words = "the image's tag does not tell whether it is distribution 2 or 3, which differ in this"
        open_value = Located(Computed(words), Place(source, layer="default"), ".".join(path))
        tree = replace(
            tree, value={**tree.entries(), path[0]: replace(section, value={**section.value, path[1]: open_value})}
        )
    return tree


def _mapped(here: Located, change: Callable[[Located], Located]) -> Located:
    """A tree with every value in it changed, the outer ones first."""
    changed = change(here)
    if isinstance(changed.value, Mapping):
        return replace(changed, value={key: _mapped(value, change) for key, value in changed.value.items()})
    if isinstance(changed.value, tuple):
        return replace(changed, value=tuple(_mapped(value, change) for value in changed.value))
    return changed
