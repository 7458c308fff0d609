"""Reading daemon.json from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.docker_daemon import docker_daemon


def test_the_hosts_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/daemon.json").write_text('{"insecure-registries": ["a:5000"]}')
    (file,) = docker_daemon.gather(Installation(tmp_path, Dialect.PLAIN, live=False)).files
    assert file.source == str(tmp_path / "etc/docker/daemon.json")
    assert [entry.text() for entry in file.listed("insecure-registries")] == ["a:5000"]


def test_files_named_by_hand_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}")
    named = {FileKind.DOCKER_DAEMON: (tmp_path / "mine.json",)}
    (file,) = docker_daemon.gather(Installation(None, Dialect.PLAIN, live=False, named=named)).files
    assert file.source == str(tmp_path / "mine.json")


def test_none_does_not_apply_and_one_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"no daemon\.json"):
        docker_daemon.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
    (tmp_path / "etc/docker/daemon.json").mkdir(parents=True)
    with pytest.raises(CouldNotGatherError, match="a directory, not a file"):
        docker_daemon.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
