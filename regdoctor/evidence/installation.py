"""Where the registry is installed on the host that is examined, and how."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from regdoctor.check import Dialect


class FileKind(enum.StrEnum):
    """The kinds of files that can be named with --config."""

    REGISTRY_CONFIG = "registry's config.yml"
    GITLAB_YML = "gitlab.yml"
    GITLAB_SECRETS = "gitlab-secrets.json"
    GITLAB_RB = "gitlab.rb"
    HELM_VALUES = "Helm values"
    COMPOSE = "Compose file"
    NGINX = "nginx configuration"
    DOCKER_DAEMON = "Docker's daemon.json"
    HOSTS_TOML = "containerd's hosts.toml"
    REGISTRIES_CONF = "registries.conf of podman and skopeo"
    RUNNER = "GitLab Runner's config.toml"
    CRON = "crontab"
    SYSTEMD = "systemd unit"


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
    named: Mapping[FileKind, tuple[Path, ...]] = field(default_factory=dict)
    """The files named by hand, by kind, in the order in which they were named."""
    gitlab_root: Path | None = None
    """The root folder of GitLab's own node, where `gitlab_yml` lies, if that is another tree than `root`."""
    others: tuple[Installation, ...] = ()
    """The further nodes that were named (--root more than once)."""

    def locate(self, host_path: str, *, of_gitlab: bool = False) -> Path | None:
        """The file that the host calls `host_path`, as it is reached from here; None without a root.

        of_gitlab: True for a path that GitLab's own configuration names: on its node, if that is another one.
        """
        root = (self.gitlab_root or self.root) if of_gitlab else self.root
        if root is None:
            return None
        path = Path(host_path)
        if not path.is_absolute() or path.is_relative_to(root):
            return path if path.is_absolute() else None
        return root / path.relative_to("/")

    def root_of(self, path: Path) -> Path | None:
        """The root folder of the node that `path` lies on; None where it lies below none."""
        roots = (self.root, self.gitlab_root, *(other.root for other in self.others))
        return next((root for root in roots if root is not None and path.is_relative_to(root)), None)

    def name(self, path: Path) -> str:
        """`path` as the host itself calls it: for commands that are pasted there."""
        root = self.root_of(path)
        return str(path) if root is None else "/" + str(path.relative_to(root))

    def nodes(self) -> tuple[Installation, ...]:
        """Every node: the one with the registry first."""
        return (self, *self.others)
