"""Reading gitlab.yml from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.gitlab_config import gitlab_config


def test_the_file_is_read_through_the_hosts_own_links(tmp_path: Path) -> None:
    (tmp_path / "real.yml").write_text("production: {registry: {host: r.example.com}}\n")
    (tmp_path / "gitlab.yml").symlink_to("/real.yml")
    found = gitlab_config.gather(Installation(tmp_path, Dialect.SOURCE, False, gitlab_yml=tmp_path / "gitlab.yml"))
    assert found.registry("host").text() == "r.example.com"


def test_a_missing_file_is_one_line_and_none_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(CouldNotGatherError, match=r"gitlab\.yml: no such file$"):
        gitlab_config.gather(Installation(tmp_path, Dialect.SOURCE, False, gitlab_yml=tmp_path / "gitlab.yml"))
    with pytest.raises(NotApplicableError, match=r"no gitlab\.yml"):
        gitlab_config.gather(Installation(tmp_path, Dialect.SOURCE, False))
