"""The configurations of every instance of one registry."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig


@dataclass(frozen=True, slots=True)
class Replicas:
    """What the instances of one registry are told, each with its own file."""

    configs: tuple[RegistryConfig, ...]
    """The one that is examined first; a single one where no other was named."""
    scaled: Located | None = None
    """The setting that starts several instances with the same configuration, where it says more than one."""
