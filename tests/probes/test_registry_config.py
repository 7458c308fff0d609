"""The effective configuration: the file, with the environment that counts over it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from regdoctor.check import Dialect
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.evidence.product import Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.helm_values import parse_helm_values
from regdoctor.formats.located import Located, Place, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.registry_config import registry_config
from regdoctor.target import Target

NONE = Absent("there is none", applicable=False)
CONTAINER = ContainerService("registry", Place("r.service"), None)
PRODUCT = Product(Generation.DISTRIBUTION_2, (2, 8, 2))


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


def read(installation: Installation, **sources: object) -> RegistryConfig:
    """The probe's answer; what it reads beside the installation is absent where it is not given."""
    absent = dict.fromkeys(("service", "omnibus", "values", "compose"), NONE)
    found = registry_config.gather(Target(), installation, PRODUCT, **(absent | sources))
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
    with pytest.raises(UnreadableError, match=r"REGISTRY_HTTP_SECRET: a directory, not a file$"):
        read(installed(root))


def test_a_directory_that_may_not_be_listed_is_one_line(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may list everything
    with pytest.raises(UnreadableError, match=r"/env: permission denied$"):
        read(installed(root))


def test_a_broken_file_is_one_line_and_none_does_not_apply(root: Path) -> None:
    (root / "config.yml").write_text("a: [\n")
    with pytest.raises(UnreadableError, match=r"config\.yml:\d"):
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


def text(config: RegistryConfig, *path: str) -> tuple[str | None, str, int | None]:
    """A value with the file and the line that say it."""
    found = config.at(*path)
    assert found is not None
    return found.text(), found.place.source, found.place.line


def test_without_a_config_yml_gitlab_rb_tells_what_reconfigure_would_write(root: Path) -> None:
    rb = parse_gitlab_rb(
        b"registry_external_url 'https://r.example.com'\nregistry['log_level'] = 'warn'\n", "/etc/gitlab/gitlab.rb"
    )
    config = read(installed(root, config=False), omnibus=OmnibusNodes((rb,)))
    assert text(config, "log", "level") == ("warn", "/etc/gitlab/gitlab.rb", 2)


def test_without_a_config_yml_the_charts_values_tell(root: Path) -> None:
    values = parse_helm_values([(b"global: {registry: {enabled: true}}\nregistry: {relativeurls: true}\n", "v.yaml")])
    assert text(read(installed(root, config=False), values=values), "http", "relativeurls") == ("true", "v.yaml", 2)


def test_a_source_that_could_not_be_read_leaves_the_configuration_unknown(root: Path) -> None:
    with pytest.raises(CouldNotGatherError, match=r"gitlab\.rb: permission denied"):
        read(installed(root, config=False), omnibus=Absent("/etc/gitlab/gitlab.rb: permission denied"))


def test_a_container_whose_configuration_is_not_to_be_had_says_why(root: Path) -> None:
    unit = ServiceEnvironment("r.service", problem="the volume is not here", container=CONTAINER)
    with pytest.raises(CouldNotGatherError, match="the volume is not here"):
        read(installed(root, config=False), service=unit)
    config = read(installed(root))
    assert read(installed(root, config=False), service=replace(unit, config=config)) is config


def test_a_compose_file_without_a_registry_tells_nothing(root: Path) -> None:
    project = ComposeFile("compose.yml", ())
    with pytest.raises(NotApplicableError):
        read(installed(root, config=False), compose=project)


def test_a_units_variables_lie_over_the_file_that_the_unit_names(root: Path) -> None:
    variables = (("REGISTRY_LOG_LEVEL", "error", Place("r.service", 7, "environment")),)
    unit = ServiceEnvironment("r.service", variables, config_file=Located("/config.yml", Place("r.service", 9)))
    (root / "env/REGISTRY_LOG_LEVEL").unlink()
    assert text(read(installed(root), service=unit), "log", "level") == ("error", "r.service", 7)
    other = replace(unit, config_file=Located("/other.yml", Place("r.service", 9)))
    assert text(read(installed(root), service=other), "log", "level")[0] == "info"
    assert text(read(installed(root, config=False), service=unit), "http", "addr")[0] == ":5000"


def test_for_files_named_by_hand_this_shells_variables_count(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_LOG_LEVEL", "warn")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", "/run/containers/auth.json")
    monkeypatch.setenv("REGISTRY_USER", "me")
    config = read(replace(installed(root), root=None))
    assert [found.name for found in config.overrides] == ["REGISTRY_LOG_LEVEL"]
    assert text(config, "log", "level") == ("warn", "environment of this shell", None)
