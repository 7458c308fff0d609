"""The effective configuration: the file, with the environment that counts over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.registry_config import registry_config


def installed(root: Path, pid: int | None = None, *, config: bool = True) -> Installation:
    """A host with an Omnibus registry."""
    return Installation(
        root,
        Dialect.OMNIBUS,
        live=False,
        process=RunningRegistry(pid, (), None) if pid else None,
        registry_config=root / "config.yml" if config else None,
        env_directory=root / "env",
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with a configuration and an environment directory."""
    (tmp_path / "config.yml").write_text("version: 0.1\nlog: {level: info}\nhttp: {addr: ':5000'}\n")
    (tmp_path / "env").mkdir()
    (tmp_path / "env/REGISTRY_LOG_LEVEL").write_text("debug")
    (tmp_path / "env/PATH").write_text("/bin")
    return tmp_path


def read(installation: Installation) -> RegistryConfig:
    """The probe's answer."""
    found = registry_config.gather(installation)
    assert isinstance(found, RegistryConfig)
    return found


@pytest.fixture
def running() -> Iterator[int]:
    """A process with a variable of the registry in its environment."""
    environment = os.environ | {"REGISTRY_HTTP_ADDR": ":6000", "registry_log_level": "warn"}
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process.pid
    process.communicate(timeout=10)


def test_the_environment_directory_lies_over_the_file(root: Path) -> None:
    level = read(installed(root)).at("log", "level")
    assert level is not None
    assert (level.text(), level.place.source) == ("debug", str(root / "env/REGISTRY_LOG_LEVEL"))


def test_a_running_processs_environment_counts_instead_of_the_directory(root: Path, running: int) -> None:
    config = read(installed(root, running))
    address, level = config.at("http", "addr"), config.at("log", "level")
    assert address is not None
    assert level is not None
    assert (address.text(), address.place.source) == (":6000", f"environment of process {running}")
    assert level.text() != "debug"


def test_of_a_process_that_has_ended_the_file_is_known(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: object) -> dict[str, str]:
        raise psutil.NoSuchProcess(1)

    monkeypatch.setattr(psutil.Process, "environ", ended)
    level = read(installed(root, os.getpid())).at("log", "level")
    assert level is not None
    assert level.text() == "info"


def test_an_environment_that_may_not_be_read_leaves_the_configuration_unknown(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> dict[str, str]:
        raise psutil.AccessDenied(1)

    monkeypatch.setattr(psutil.Process, "environ", refuse)  # root may read every process's
    with pytest.raises(CouldNotGatherError, match=rf"the environment of process {os.getpid()} .*: run as root$"):
        read(installed(root, os.getpid()))


def test_without_a_directory_the_file_stands_alone(root: Path) -> None:
    for file in (root / "env").iterdir():
        file.unlink()
    (root / "env").rmdir()
    assert read(installed(root)).overrides == ()


def test_an_unreadable_variable_is_one_line_that_names_its_file(root: Path) -> None:
    (root / "env/REGISTRY_HTTP_SECRET").mkdir()
    with pytest.raises(CouldNotGatherError, match=r"REGISTRY_HTTP_SECRET: a directory, not a file$"):
        read(installed(root))


def test_a_directory_that_may_not_be_listed_is_one_line(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may list everything
    with pytest.raises(CouldNotGatherError, match=r"/env: permission denied$"):
        read(installed(root))


def test_a_broken_file_is_one_line_and_none_does_not_apply(root: Path) -> None:
    (root / "config.yml").write_text("a: [\n")
    with pytest.raises(CouldNotGatherError, match=r"config\.yml:\d"):
        read(installed(root))
    with pytest.raises(NotApplicableError, match="no configuration of a registry"):
        read(installed(root, config=False))


def test_a_link_of_the_tree_is_followed_within_it(root: Path) -> None:
    (root / "srv").mkdir()
    (root / "config.yml").rename(root / "srv/real.yml")
    (root / "config.yml").symlink_to("/srv/real.yml")
    address = read(installed(root)).http_address()
    assert address is not None
    assert address.place.source == str(root / "config.yml")
