"""What a systemd unit gives to the registry that it starts."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Located, Place
from regdoctor.formats.registry_config import RegistryConfig


@dataclass(frozen=True, slots=True)
class ServiceEnvironment:
    """The variables and the container of a registry's unit."""

    source: str
    """The unit's file."""
    variables: tuple[tuple[str, str, Place], ...] = ()
    """Name, value and place of each, those that are worked out at run time left out; of a name that is there twice
    the last counts. For a unit that runs the registry itself, not in a container."""
    image: Located | None = None
    """The container's image; None where the unit runs the registry itself."""
    user: Located | None = None
    """User=; None for root."""
    config_file: Located | None = None
    """The configuration that ExecStart= names, for a registry that the unit runs itself."""
    container: ContainerService | None = None
    """What `docker run` is told."""
    config: RegistryConfig | None = None
    """The configuration of the registry in the container; None where it is not to be had, and without a container."""
    problem: str = ""
    """Why there is no configuration."""
