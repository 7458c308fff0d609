"""Where the registry is installed on the host that is examined, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regdoctor.check import Dialect


@dataclass(frozen=True, slots=True)
class RunningRegistry:
    """A registry process of this machine."""

    pid: int
    arguments: tuple[str, ...]
    config: Path | None
    """The configuration file that its arguments name."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What was found under a root folder, or named by hand."""

    root: Path | None
    """None: only files were named, so paths inside them cannot be followed."""
    dialect: Dialect
    live: bool
    """Whether this machine runs it: only then are its loopback addresses ours to ask."""
    process: RunningRegistry | None = None
    registry_config: Path | None = None
    gitlab_yml: Path | None = None
    gitlab_secrets: Path | None = None
    env_directory: Path | None = None
    trusted_certificates: Path | None = None
    """The folder of certificate authorities that this host trusts beside the system's."""

    def locate(self, host_path: str) -> Path | None:
        """The file that the host calls `host_path`, as it is reached from here; None without a root."""
        if self.root is None:
            return None
        path = Path(host_path)
        if not path.is_absolute() or path.is_relative_to(self.root):
            return path if path.is_absolute() else None
        return self.root / path.relative_to("/")

    def name(self, path: Path) -> str:
        """`path` as the host itself calls it: for commands that are pasted there."""
        if self.root is None or not path.is_relative_to(self.root):
            return str(path)
        return "/" + str(path.relative_to(self.root))
