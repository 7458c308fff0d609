"""The logins of the host's users for registries, and the programs that should keep them."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.formats.docker_cli_config import DockerCliConfig

PREFIX = "docker-credential-"
"""What the name of every credential helper begins with (docker-credential-helpers, client/client.go)."""


@dataclass(frozen=True, slots=True)
class DockerLogins:
    """What Docker's command line, and podman in its place, knows of logins."""

    configs: tuple[DockerCliConfig, ...]
    """One for each user who has one, in the order of their paths."""
    helpers: frozenset[str] | None = None
    """The programs docker-credential-… of the host, by name; None where its folders of programs were not copied."""
    searched: tuple[str, ...] = ()
    """The folders that were looked into for them, as the host calls them."""
