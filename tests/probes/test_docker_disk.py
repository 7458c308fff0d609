"""The numbers of the file system that holds Docker's data root, of this host alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.docker_disk import DockerDisk
from regdoctor.evidence.installation import Installation
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.probe import NotApplicableError
from regdoctor.probes.docker_disk import docker_disk

HERE = Installation(Path("/"), Dialect.PLAIN, live=True)


def daemon(path: Path) -> DockerDaemons:
    """A daemon.json with this data root."""
    return DockerDaemons((parse_docker_daemon(f'{{"data-root": "{path}"}}'.encode(), "/etc/docker/daemon.json"),))


def test_the_data_root_of_daemon_json_is_asked(tmp_path: Path) -> None:
    found = docker_disk.gather(HERE, daemon(tmp_path))

    assert isinstance(found, DockerDisk)
    assert found.path == str(tmp_path)
    assert 0 <= found.free <= found.size
    assert found.size > 0
    assert found.said_by.quote == f"data-root: {tmp_path}"


def test_a_data_root_that_is_not_there_is_no_docker(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no Docker"):
        docker_disk.gather(HERE, daemon(tmp_path / "missing"))


def test_a_copy_tells_nothing_of_a_disk(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="copy"):
        docker_disk.gather(Installation(tmp_path, Dialect.PLAIN, live=True), daemon(tmp_path))
