"""docker-compose.yml and what is laid over it: the services, with the registries among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from regdoctor.formats import yaml_tree
from regdoctor.formats.compose_entries import mounts, open_mount, ports, words
from regdoctor.formats.compose_merging import as_variables, base_of, extended, laid_over, with_values
from regdoctor.formats.container_service import ContainerService, Variable, is_registry
from regdoctor.formats.located import Computed, Located, Place, Scalar, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.secret_values import seal_shape
from regdoctor.formats.variable_file import FileVariable

_UNSHOWN = ("environment", "command", "entrypoint", "labels", "healthcheck", "build", "secrets")
"""Left out of a service's `settings`: read into fields of their own, or places where people write passwords."""
_MOST_SERVICES = 1_000
_MOST_REGISTRIES = 200
"""Of one project. Real ones have dozens of services, and one registry or two."""


@dataclass(frozen=True, slots=True)
class ComposeRegistry:
    """A service that is a registry, with the configuration that it runs with."""

    service: ContainerService
    config: RegistryConfig | None = None
    problem: str = ""
    """Why there is no configuration."""


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """A Compose project. Secrets in it are wrapped."""

    source: str
    """The main file."""
    services: tuple[ContainerService, ...] = ()
    registries: tuple[ComposeRegistry, ...] = ()
    """The registries among them, with their configuration; filled by the probe, which reads mounted files."""
    include: Located | None = None
    """`include`, which brings in further services that are not read here."""
    volumes: Mapping[str, Located] = field(default_factory=dict)
    """The named volumes that the file declares."""

    def registry_services(self) -> tuple[ContainerService, ...]:
        """The services that are registries: by their image, or by REGISTRY_* variables and their command."""
        return tuple(service for service in self.services if is_registry(service))


def parse_compose_file(
    files: Iterable[tuple[bytes, str]],
    variables: Mapping[str, str] | None = None,
    variable_files: Mapping[str, tuple[FileVariable, ...] | None] | None = None,
) -> ComposeFile:
    """The project in files (content and path), each laid over those before it.

    variables: those of the file .env, for `${NAME}`.
    variable_files: by the path as written, what each env_file holds; None for one that could not be read, which
        makes its service incomplete (`elsewhere`).

    Raises UnreadableError where a file is not a mapping in YAML, and where there are more services, or more registries
    among them, than are looked at.
    """
    tree = merged(files, variables or {})
    services = _services(tree)
    top = {name: tree.at(name) or Located({}, tree.place, name) for name in ("configs", "volumes")}
    project = ComposeFile(
        source=tree.place.source,
        services=tuple(_service(name, node, top, variable_files or {}) for name, node in services.items()),
        include=tree.at("include"),
        volumes=_mapping(top["volumes"]),
    )
    registries = len(project.registry_services())
    if registries > _MOST_REGISTRIES:
        raise UnreadableError(f"{project.source}: {registries:,} registries; up to {_MOST_REGISTRIES} are looked at")
    return project


def merged(files: Iterable[tuple[bytes, str]], variables: Mapping[str, str]) -> Located:
    """The files as one tree, with the variables of .env put in."""
    tree: Located | None = None
    source = ""
    for data, path in files:
        source = source or path
        found = with_values(yaml_tree.parse(data, path, seal=_as_written), variables)
        tree = found if tree is None else laid_over(tree, found)
    return Located(tree.value if tree is not None else {}, Place(source), "")


def variable_files(tree: Located) -> tuple[str, ...]:
    """The paths of all env_file entries of a merged tree, as written. Raises UnreadableError for too many services."""
    nodes = _services(tree).values()
    return tuple(dict.fromkeys(path for node in nodes for path, _, _ in _named_files(node)))


def _services(tree: Located) -> dict[str, Located]:
    nodes = _mapping(tree.at("services"))
    if len(nodes) > _MOST_SERVICES:
        raise UnreadableError(f"{tree.place.source}: {len(nodes):,} services; up to {_MOST_SERVICES:,} are looked at")
    return {name: extended(nodes, name) for name, node in nodes.items() if isinstance(node.value, Mapping)}


def _service(
    name: str, node: Located, top: Mapping[str, Located], files: Mapping[str, tuple[FileVariable, ...] | None]
) -> ContainerService:
    fields = _mapping(node)
    read, unread = _from_files(node, files)
    own = [
        Variable(key, value.value if isinstance(value.value, Computed) else _text(value.value), _variable_place(value))
        for key, value in (as_variables(fields["environment"]) if "environment" in fields else {}).items()
    ]
    network = fields.get("network_mode")
    base = base_of(node)
    return ContainerService(
        name=name,
        place=node.place,
        image=fields.get("image"),
        variables=(*read, *own),
        mounts=mounts(fields, _mapping(top["configs"])),
        ports=ports(fields.get("ports")),
        words=(*words(fields.get("entrypoint")), *words(fields.get("command"))),
        command_place=next((fields[key].place for key in ("command", "entrypoint") if key in fields), None),
        settings={key: value for key, value in fields.items() if key not in _UNSHOWN},
        host_network=network is not None and network.value == "host",
        elsewhere=(base[1] if base is not None else None) or unread or fields.get("volumes_from") or open_mount(fields),
    )


def _from_files(
    node: Located, files: Mapping[str, tuple[FileVariable, ...] | None]
) -> tuple[list[Variable], Located | None]:
    """The variables of a service's env_files, and the entry of one that is needed and could not be read."""
    found: list[Variable] = []
    unread: Located | None = None
    for path, entry, is_required in _named_files(node):
        content = files.get(path)
        if content is None:
            unread = entry if is_required else unread
            continue
        found.extend(Variable(one.name, one.value, one.place) for one in content)
    return found, unread


def _named_files(node: Located) -> list[tuple[str, Located, bool]]:
    """The env_file entries of a service: path, entry, and whether the file must be there."""
    said = _mapping(node).get("env_file")
    found = []
    for entry in (said.value if isinstance(said.value, tuple) else (said,)) if said is not None else ():
        fields = _mapping(entry)
        path = fields["path"].value if "path" in fields else entry.value
        needed = "required" not in fields or fields["required"].value is not False
        if isinstance(path, str):
            found.append((path, entry, needed))
    return found


def _mapping(node: Located | None) -> Mapping[str, Located]:
    found = node.value if node is not None else None
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _variable_place(value: Located) -> Place:
    return Place(value.place.source, value.place.line, "environment")


def _as_written(path: tuple[str, ...], text: str, value: Scalar) -> Scalar:
    """The text of a variable's value, which YAML must not read as a number; null stays. Variables are sealed later,
    once what they say is put together.
    """
    if len(path) >= 4 and path[2] == "environment":
        return text if value is not None and not isinstance(value, bool) else value
    return seal_shape(text, value)
