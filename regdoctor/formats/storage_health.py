"""Whether the registry looks after its storage itself, so that a green health report says anything of it."""

from __future__ import annotations

from regdoctor.formats.registry_config import RegistryConfig


def checks_its_storage(config: RegistryConfig) -> bool:
    """Whether health.storagedriver is on; the registry's default is off (Configuration of distribution)."""
    enabled = config.at("health", "storagedriver", "enabled")
    return enabled is not None and enabled.switch() is True
