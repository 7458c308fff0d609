"""Reads the values of GitLab's Helm chart."""

from __future__ import annotations

from pathlib import Path

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats import yaml_tree
from regdoctor.formats.helm_values import HelmValues, is_chart_values, parse_helm_values
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_below
from regdoctor.probes.open_folders import find_in_open_folders

_PLACES = (
    *("values.yaml", "values.yml", "gitlab-values.y*ml", "*values*.y*ml"),
    *("*/values.yaml", "*/values.yml", "*/*values*.y*ml"),
)
_MOST = 50
"""Files that are looked at."""


@probe(reads="the values of GitLab's Helm chart: values.yaml, *values*.yaml")
def helm_values(installation: Installation) -> HelmValues:
    """The values of the files that were named, laid over each other; of those found in a tree the first.

    Several files of one tree are those of several releases or stages as often as not, so they are not combined.
    Raises NotApplicableError where there are none, UnreadableError where a file is broken.
    """
    named = installation.named.get(FileKind.HELM_VALUES, ())
    if named:
        return parse_helm_values([(read_below(installation.root, path), str(path)) for path in named])
    for path in find_in_open_folders(installation, FileKind.HELM_VALUES, *_PLACES)[:_MOST]:
        data = read_below(installation.root, path)
        if _is_ours(data, path):
            return parse_helm_values([(data, str(path))])
    raise NotApplicableError("no values of GitLab's Helm chart were found")


def _is_ours(data: bytes, path: Path) -> bool:
    """Whether the file holds values of GitLab's chart. A broken file that speaks of a registry counts as ours."""
    try:
        return is_chart_values(yaml_tree.parse(data, str(path)))
    except UnreadableError:
        if b"registry:" in data and b"{{" not in data:
            raise
        return False
