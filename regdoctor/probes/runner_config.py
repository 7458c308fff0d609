"""Reads GitLab Runner's config.toml."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.runner_config import RunnerConfigs, parse_runner_config
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, read_below

_PLACES = ("etc/gitlab-runner/config.toml", "srv/gitlab-runner/config/config.toml")
"""The package's place, and the folder that GitLab's documentation mounts into the runner's own container."""


@probe(reads="GitLab Runner's config.toml")
def runner_config(installation: Installation) -> RunnerConfigs:
    """The files. Raises CouldNotGatherError with the reader's one line where one cannot be read."""
    try:
        paths = find_files(installation, FileKind.RUNNER, *_PLACES)
        found = tuple(parse_runner_config(read_below(installation.root, path), str(path)) for path in paths)
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error
    if not found:
        raise NotApplicableError("this host has no config.toml of GitLab Runner")
    return RunnerConfigs(found)
