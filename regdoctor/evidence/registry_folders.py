"""The folder that GitLab takes for the registry's, and the one that the registry writes to."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote


@dataclass(frozen=True, slots=True)
class NamedFolder:
    """A folder as one side names it."""

    named_by: Quote
    """The setting, or what stands in its place where it is not set."""
    path: str
    """Absolute, as the host calls it."""
    leads_to: str
    """The same with symbolic links followed."""
    identity: tuple[int, int] | None = None
    """Device and inode, as of stat(2): equal for two mounts of one folder. None where it is not there."""


@dataclass(frozen=True, slots=True)
class RegistryFolders:
    """Both sides, on one node."""

    of_gitlab: NamedFolder
    """registry.path of gitlab.yml: what a backup packs."""
    of_registry: NamedFolder
    """storage.filesystem.rootdirectory."""

    @property
    def same(self) -> bool:
        """Whether both lead to one folder."""
        one, other = self.of_gitlab, self.of_registry
        return one.leads_to == other.leads_to or (one.identity is not None and one.identity == other.identity)
