"""Reads what GitLab is told of the registry: gitlab.yml, or what would be made of gitlab.rb, a chart or Compose."""

from __future__ import annotations

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.formats.chart_rendering import rendered_gitlab_config as of_chart
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.docker_gitlab import gitlab_config_of as of_docker_gitlab
from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.helm_values import HelmValues
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import read_below


@probe(reads="GitLab's gitlab.yml, or without one its gitlab.rb, the chart's values or a container's variables")
def gitlab_config(
    installation: Installation,
    omnibus: OmnibusNodes | Absent,
    values: HelmValues | Absent,
    compose: ComposeFile | Absent,
) -> GitLabConfig:
    """What GitLab is told of the registry. Where the file is broken, its reader's line says so."""
    path = installation.gitlab_yml
    if path is not None:
        return parse_gitlab_yml(read_below(installation.root_of(path), path), str(path))
    made = omnibus.gitlab() if isinstance(omnibus, OmnibusNodes) else None
    made = made or (of_chart(values) if isinstance(values, HelmValues) else None)
    made = made or (of_docker_gitlab(compose) if isinstance(compose, ComposeFile) else None)
    if made is not None:
        return made
    for absence in (omnibus, values):
        if isinstance(absence, Absent) and absence.applicable:
            raise CouldNotGatherError(absence.reason)
    raise NotApplicableError("no gitlab.yml was found on this host")
