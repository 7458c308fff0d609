"""Reading gitlab.yml from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.helm_values import parse_helm_values
from regdoctor.formats.located import UnreadableError
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.gitlab_config import gitlab_config

NONE = Absent("there is none", applicable=False)


def read(installation: Installation, omnibus: object = NONE, values: object = NONE) -> GitLabConfig:
    """The probe's answer."""
    found = gitlab_config.gather(installation, omnibus, values, NONE)
    assert isinstance(found, GitLabConfig)
    return found


def host(config: GitLabConfig) -> tuple[str | None, str, int | None]:
    """The registry's public name, and what says it."""
    found = config.registry("host")
    assert found is not None
    return found.text(), found.place.source, found.place.line


def test_the_file_is_read_through_the_hosts_own_links(tmp_path: Path) -> None:
    (tmp_path / "real.yml").write_text("production: {registry: {host: r.example.com}}\n")
    (tmp_path / "gitlab.yml").symlink_to("/real.yml")
    found = read(Installation(tmp_path, Dialect.SOURCE, False, gitlab_yml=tmp_path / "gitlab.yml"))
    assert host(found) == ("r.example.com", str(tmp_path / "gitlab.yml"), 1)


def test_on_separate_nodes_it_is_read_on_gitlabs(tmp_path: Path) -> None:
    gitlab, registry = tmp_path / "gitlab", tmp_path / "registry"
    gitlab.mkdir()
    (gitlab / "real.yml").write_text("production: {registry: {host: r.example.com}}\n")
    (gitlab / "gitlab.yml").symlink_to("/real.yml")
    found = read(Installation(registry, Dialect.OMNIBUS, False, gitlab_yml=gitlab / "gitlab.yml", gitlab_root=gitlab))
    assert host(found)[0] == "r.example.com"


def test_a_missing_file_is_one_line_and_none_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"gitlab\.yml: no such file$"):
        read(Installation(tmp_path, Dialect.SOURCE, False, gitlab_yml=tmp_path / "gitlab.yml"))
    with pytest.raises(NotApplicableError, match=r"no gitlab\.yml"):
        read(Installation(tmp_path, Dialect.SOURCE, False))


def test_without_a_gitlab_yml_gitlab_rb_or_the_charts_values_tell(tmp_path: Path) -> None:
    here = Installation(tmp_path, Dialect.OMNIBUS, False)
    rb = parse_gitlab_rb(b"registry_external_url 'https://r.example.com:5050'\n", "/etc/gitlab/gitlab.rb")
    values = parse_helm_values([(b"global:\n  hosts: {domain: example.com}\nregistry: {enabled: true}\n", "v.yaml")])
    assert host(read(here, OmnibusNodes((rb,)))) == ("r.example.com", "/etc/gitlab/gitlab.rb", 1)
    assert host(read(here, values=values))[0] == "registry.example.com"
    with pytest.raises(CouldNotGatherError, match="broken"):
        read(here, Absent("gitlab.rb is broken"))
