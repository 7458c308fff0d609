"""What the gitlab.rb of each node of one GitLab says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.omnibus_rendering import rendered_gitlab_config, rendered_registry_config, runs_registry
from regdoctor.formats.registry_config import RegistryConfig


@dataclass(frozen=True, slots=True)
class OmnibusNodes:
    """The files of all nodes, in the order in which they were named; a single one where there is one node."""

    files: tuple[GitLabRb, ...]

    def registries(self) -> tuple[RegistryConfig, ...]:
        """What reconfigure would write for the registry on each node that runs one.

        Raises UndecidedError where a lone file leaves open whether it does.
        """
        made = (rendered_registry_config(rb) for rb in self.files if len(self.files) == 1 or _may_run_registry(rb))
        return tuple(config for config in made if config is not None)

    def gitlab(self) -> GitLabConfig | None:
        """What reconfigure would write for GitLab itself: of a node that runs no registry, where there is one."""
        return next(self._gitlabs(), None)

    def _gitlabs(self) -> Iterator[GitLabConfig]:
        for rb in sorted(self.files, key=_may_run_registry):
            config = rendered_gitlab_config(rb)
            if config is not None:
                yield config


def _may_run_registry(rb: GitLabRb) -> bool:
    try:
        return runs_registry(rb)
    except UndecidedError:
        return True
