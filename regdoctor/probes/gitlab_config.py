"""Reads GitLab's gitlab.yml."""

from __future__ import annotations

from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import read_below


@probe(reads="GitLab's gitlab.yml")
def gitlab_config(installation: Installation) -> GitLabConfig:
    """What GitLab is told of the registry. Raises CouldNotGatherError with the reader's line where it is broken."""
    path = installation.gitlab_yml
    if path is None:
        raise NotApplicableError("no gitlab.yml was found on this host")
    try:
        return parse_gitlab_yml(read_below(installation.root_of(path), path), str(path))
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error
