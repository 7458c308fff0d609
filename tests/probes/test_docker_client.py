"""Users' logins are read, and the programs that keep them are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.docker_client import DockerLogins
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.docker_client import config_files, docker_client


def look(root: Path | None) -> DockerLogins:
    """What the probe finds below a root."""
    found = docker_client.gather(Installation(root, Dialect.PLAIN, live=False))
    assert isinstance(found, DockerLogins)
    return found


def put(root: Path, place: str, text: str = "{}") -> None:
    """A file below the root."""
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_text(text)


def test_the_files_of_root_of_users_and_of_the_runner_are_read(tmp_path: Path) -> None:
    homes = ("root", "var/lib/gitlab-runner", "home/ann", "home/bob")
    for home in homes:
        put(tmp_path, f"{home}/.docker/config.json", '{"auths": {"a": {}}}')

    assert [config.source for config in look(tmp_path).configs] == [
        str(tmp_path / home / ".docker/config.json") for home in homes
    ]
    assert len(config_files(tmp_path)) == 4


def test_programs_are_found_in_the_folders_of_path_and_in_homes(tmp_path: Path) -> None:
    put(tmp_path, "home/ann/.docker/config.json")
    put(tmp_path, "usr/local/bin/docker-credential-pass")
    put(tmp_path, "home/ann/bin/docker-credential-own")
    put(tmp_path, "usr/bin/sh")
    found = look(tmp_path)

    assert found.helpers == frozenset(("docker-credential-pass", "docker-credential-own"))
    assert found.searched == ("/usr/local/bin", "/usr/bin", "/home/ann/bin")


def test_a_tree_that_holds_no_program_at_all_tells_nothing_of_them(tmp_path: Path) -> None:
    put(tmp_path, "root/.docker/config.json")
    (tmp_path / "usr/bin").mkdir(parents=True)

    assert look(tmp_path).helpers is None


def test_a_host_with_programs_and_no_helper_has_none(tmp_path: Path) -> None:
    put(tmp_path, "root/.docker/config.json")
    put(tmp_path, "usr/bin/sh")

    assert look(tmp_path).helpers == frozenset()


def test_a_file_that_cannot_be_opened_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "home/ann/.docker/config.json").mkdir(parents=True)
    put(tmp_path, "home/bob/.docker/config.json")

    assert [config.source for config in look(tmp_path).configs] == [str(tmp_path / "home/bob/.docker/config.json")]


def test_a_broken_file_is_said_in_a_line(tmp_path: Path) -> None:
    put(tmp_path, "root/.docker/config.json", '{"auths": ')

    with pytest.raises(UnreadableError, match=r"config\.json:1: not JSON"):
        look(tmp_path)


def test_without_logins_or_without_a_root_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no user"):
        look(tmp_path)
    with pytest.raises(NotApplicableError, match="only single files"):
        look(None)
