"""Reading daemon.json from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.probe import NotApplicableError
from regdoctor.probes.docker_daemon import docker_daemon


def test_the_hosts_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/daemon.json").write_text('{"insecure-registries": ["a:5000"]}')
    (file,) = docker_daemon.gather(Installation(tmp_path, Dialect.PLAIN, live=False)).files
    assert file.source == str(tmp_path / "etc/docker/daemon.json")
    assert [entry.text() for entry in file.listed("insecure-registries")] == ["a:5000"]


def test_without_one_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"no daemon\.json"):
        docker_daemon.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
