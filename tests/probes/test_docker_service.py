"""How the daemon is started is read from its unit, its drop-ins and its files of variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.docker_service import DockerService
from regdoctor.evidence.installation import Installation
from regdoctor.probe import NotApplicableError
from regdoctor.probes.docker_service import docker_service

UNIT = "[Service]\nEnvironmentFile=-/etc/default/docker\nExecStart=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS\n"


def look(root: Path | None) -> DockerService:
    """What the probe finds below a root."""
    found = docker_service.gather(Installation(root, Dialect.PLAIN, live=False))
    assert isinstance(found, DockerService)
    return found


def put(root: Path, place: str, text: str) -> None:
    """A file below the root."""
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_text(text)


def test_variables_come_from_drop_ins_and_files_with_their_lines(tmp_path: Path) -> None:
    put(tmp_path, "lib/systemd/system/docker.service", UNIT)
    put(tmp_path, "etc/systemd/system/docker.service.d/p.conf", '[Service]\nEnvironment="HTTPS_PROXY=http://p:1" A=b\n')
    put(tmp_path, "etc/default/docker", "# a comment\nNO_PROXY=x\nexport HTTP_PROXY=http://q:2\n")
    found = look(tmp_path)

    assert [(name, value, place.line) for name, value, place in found.variables] == [
        ("HTTPS_PROXY", "http://p:1", 2),
        ("A", "b", 2),
        ("NO_PROXY", "x", 2),
    ]
    assert found.command[:2] == ("/usr/sbin/dockerd", "-H")


def test_a_drop_in_of_more_weight_counts_and_one_without_a_unit_is_one(tmp_path: Path) -> None:
    put(tmp_path, "etc/systemd/system/docker.service.d/p.conf", "[Service]\nEnvironment=A=here\n")
    put(tmp_path, "usr/lib/systemd/system/docker.service.d/p.conf", "[Service]\nEnvironment=A=there\n")

    assert [value for _, value, _ in look(tmp_path).variables] == ["here"]


def test_options_are_found_on_the_command_line_and_in_variables_put_there(tmp_path: Path) -> None:
    put(tmp_path, "lib/systemd/system/docker.service", UNIT.replace("fd://", "fd:// --insecure-registry a:5000"))
    put(
        tmp_path, "etc/default/docker", 'DOCKER_OPTS="--insecure-registry=b:5000"\nOTHER="--insecure-registry=c:5000"\n'
    )

    assert look(tmp_path).option("insecure-registry") == ("a:5000", "b:5000")


def test_a_host_without_a_unit_has_none(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match=r"no docker\.service"):
        look(tmp_path)
    with pytest.raises(NotApplicableError, match="only single files"):
        look(None)
