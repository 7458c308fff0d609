"""The parameters of the registry's GCS driver (registry/storage/driver/gcs/gcs.go)."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig

GCS_DRIVER = "gcs"


@dataclass(frozen=True, slots=True)
class GcsParameters:
    """The parameters as the configuration has them, whatever the product makes of them."""

    section: Located

    def value(self, name: str) -> Located | None:
        """A parameter; None where it is not there.

        One that is there and null counts to the driver: it asks whether the key exists. Raises UndecidedError where
        the whole section is computed at run time.
        """
        return self.section.at(name)

    def text(self, name: str) -> str:
        """A parameter as text; empty where it is not there or null. Raises UndecidedError where it is computed."""
        value = self.section.at(name)
        return (value.text() or "") if value is not None else ""

    @property
    def root(self) -> str:
        """The key prefix that `rootdirectory` makes, as `New` of gcs.go: empty, or ending in a slash."""
        root = self.text("rootdirectory").strip("/")
        return f"{root}/" if root else ""

    @property
    def registry_prefix(self) -> str:
        """The key prefix of everything that a registry keeps."""
        return f"{self.root}docker/registry/v2/"

    @staticmethod
    def setting(name: str) -> str:
        """The parameter's dotted path in config.yml."""
        return f"storage.{GCS_DRIVER}.{name}"


def gcs_parameters(config: RegistryConfig) -> GcsParameters | None:
    """The parameters of the configured GCS driver; None for another driver.

    Raises UndecidedError where the whole storage is computed at run time.
    """
    storage = config.at("storage")
    if storage is not None:
        storage.decided()
    driver = config.storage_driver()
    return GcsParameters(driver[1]) if driver is not None and driver[0] == GCS_DRIVER else None
