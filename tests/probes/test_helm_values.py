"""Finding the values of GitLab's chart."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.helm_values import HelmValues
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.helm_values import helm_values

OURS = "global: {hosts: {domain: example.com}}\nregistry: {draintimeout: 60s}\n"


def _read(root: Path, *named: Path) -> HelmValues:
    found = helm_values.gather(
        Installation(root, Dialect.HELM, live=False, named={FileKind.HELM_VALUES: named} if named else {})
    )
    assert isinstance(found, HelmValues)
    return found


def test_values_of_other_charts_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("replicaCount: 1\n")
    (tmp_path / "gitlab").mkdir()
    (tmp_path / "gitlab/prod-values.yaml").write_text(OURS)
    assert _read(tmp_path).sources == (str(tmp_path / "gitlab/prod-values.yaml"),)


def test_of_several_found_the_first_is_taken(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(OURS)
    (tmp_path / "values-staging.yaml").write_text(OURS)
    assert _read(tmp_path).sources == (str(tmp_path / "values.yaml"),)


def test_named_files_are_laid_over_each_other(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(OURS)
    second.write_text("registry: {draintimeout: 5s}\n")
    drain = _read(tmp_path, first, second).at("registry", "draintimeout")
    assert drain is not None
    assert (drain.text(), drain.place.source) == ("5s", str(second))


def test_a_broken_file_is_one_line_where_it_is_ours(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("registry:\n\tenabled: true\n")
    with pytest.raises(UnreadableError, match=r"values\.yaml:2: a tab"):
        _read(tmp_path)
    (tmp_path / "values.yaml").write_text("{{ if .x }}\nregistry: {}\n")
    with pytest.raises(NotApplicableError):
        _read(tmp_path)


def test_without_values_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no values of GitLab's Helm chart"):
        _read(tmp_path)
    with pytest.raises(NotApplicableError):
        helm_values.gather(Installation(None, Dialect.PLAIN, live=False))
