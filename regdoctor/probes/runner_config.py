"""Reads GitLab Runner's config.toml."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.runner_config import RunnerConfigs, parse_runner_config
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_files

_PLACES = ("etc/gitlab-runner/config.toml", "srv/gitlab-runner/config/config.toml")
"""The package's place, and the folder that GitLab's documentation mounts into the runner's own container."""


@probe(reads="GitLab Runner's config.toml")
def runner_config(installation: Installation) -> RunnerConfigs:
    """The files. Raises NotApplicableError where there is none, UnreadableError where one is broken."""
    found = read_files(installation, FileKind.RUNNER, parse_runner_config, *_PLACES)
    if not found:
        raise NotApplicableError("this host has no config.toml of GitLab Runner")
    return RunnerConfigs(found)
