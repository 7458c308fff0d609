"""One container as Compose or `docker run` starts it: image, variables, mounts, ports."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from regdoctor.formats.image_defaults import ImageName, config_path, image_name
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.secret_values import seal_registry, seal_shape

LOOPBACK = ("127.", "::1", "[::1]", "localhost")
_SUBCOMMANDS = ("serve", "garbage-collect", "help", "version")


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable of a container."""

    name: str
    """As written, with any spaces around it."""
    value: str | Computed
    place: Place

    def located(self) -> Located:
        """The variable as evidence, its value wrapped where its name says that it is a secret."""
        if isinstance(self.value, Computed):
            return Located(self.value, self.place, self.name)
        path = tuple(part.lower() for part in self.name.strip().removeprefix("REGISTRY_").split("_"))
        kept = seal_registry(path, self.value, self.value) if path else seal_shape(self.value, self.value)
        return Located(kept, self.place, self.name)


@dataclass(frozen=True, slots=True)
class Mount:
    """Something of the host, or a volume, at a path in the container."""

    kind: str
    """`bind`, `volume` (named), `anonymous`, `tmpfs`, `config`."""
    source: str | None
    """The path on the host or the volume's name; None where there is none, or it is only known at run time."""
    target: str
    located: Located
    """What says so."""
    read_only: bool = False

    def covers(self, path: str) -> bool:
        """Whether a path of the container lies at or below it."""
        here, there = posixpath.normpath(self.target), posixpath.normpath(path)
        return there == here or there.startswith(here.rstrip("/") + "/")

    @property
    def lasts(self) -> bool:
        """Whether what is written there outlives the container."""
        return self.kind in ("bind", "volume")


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the container that the host passes on."""

    target: str
    published: str
    """The host's port; empty where Docker chooses one."""
    host_ip: str
    """The host's address that it listens on; empty for every one."""
    located: Located

    @property
    def is_loopback(self) -> bool:
        """Whether only the host itself reaches it."""
        return self.host_ip.startswith(LOOPBACK)


@dataclass(frozen=True, slots=True)
class ContainerService:
    """What a container is started with."""

    name: str
    """The service's name in Compose, the container's of `docker run`, or the unit's."""
    place: Place
    image: Located | None
    """None where it is built, or named elsewhere."""
    variables: tuple[Variable, ...] = ()
    """In the order in which they are set; of a name that is there twice the last counts."""
    mounts: tuple[Mount, ...] = ()
    ports: tuple[Port, ...] = ()
    words: tuple[str, ...] = ()
    """Entry point and command together, where the file names them."""
    command_place: Place | None = None
    """Where the file names the command; None where it names none, or in one place with the image."""
    settings: Mapping[str, Located] = field(default_factory=dict)
    """Everything else that is said of it by key, environment and command left out."""
    host_network: bool = False
    """Whether it shares the host's network, so that all that it listens on is open on the host."""
    elsewhere: Located | None = None
    """What brings in more than is written here: `extends` from another file, `volumes_from`, an unread env_file."""

    @property
    def image_name(self) -> ImageName | None:
        """The image taken apart; None where none is named. Raises UndecidedError where it is computed."""
        text = self.image.text() if self.image is not None else None
        return image_name(text) if text else None

    def config_file(self) -> str | None:
        """The path, in the container, of the configuration that the registry reads; None where nothing tells."""
        named = [word for word in self.words if word.endswith((".yml", ".yaml")) and word.startswith("/")]
        for variable in self.variables:
            if variable.name == "REGISTRY_CONFIGURATION_PATH" and not named and isinstance(variable.value, str):
                return variable.value
        name = self.image.text() if self.image is not None else None
        return named[-1] if named else (config_path(name) if name else None)

    def serves(self) -> bool:
        """Whether its command is to serve, and not one that is over soon, such as garbage-collect."""
        said = [word for word in self.words if word in _SUBCOMMANDS]
        return not said or said[0] == "serve"

    def mount_at(self, path: str) -> Mount | None:
        """The mount that a path of the container lies on: the nearest above it; None where there is none."""
        fitting = [mount for mount in self.mounts if mount.covers(path)]
        return max(fitting, key=lambda mount: len(posixpath.normpath(mount.target)), default=None)

    def published(self, port: str) -> tuple[Port, ...]:
        """Where the host passes on a port of the container."""
        return tuple(found for found in self.ports if found.target == port)

    def at(self, *path: str) -> Located | None:
        """A further setting, such as `deploy`, `replicas`; None where it is not there."""
        first = self.settings.get(path[0])
        return first.at(*path[1:]) if first is not None else None

    def replicas(self) -> Located | None:
        """How many of it run, where that is said."""
        return self.at("deploy", "replicas") or self.at("scale")


def is_registry(service: ContainerService) -> bool:
    """Whether it is a registry: by its image, or by its variables together with its command."""
    if service.image is not None and not isinstance(service.image.value, Computed):
        name = service.image_name
        if name is not None and name.is_registry:
            return service.serves()
    has_variables = any(variable.name.startswith("REGISTRY_") for variable in service.variables)
    commanded = "serve" in service.words and any(
        posixpath.basename(word) in ("registry", "docker-registry", "serve") for word in service.words
    )
    return has_variables and commanded
