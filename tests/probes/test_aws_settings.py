"""The registry's AWS settings are those of its process, service or container, and never regdoctor's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.container_service import ContainerService, Variable
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.aws_settings import aws_settings
from regdoctor.target import Target

NONE = Absent("there is none", applicable=False)
CONFIG = parse_registry_config(b"storage: {s3: {bucket: b, region: r}}", "config.yml")
PAIR = "[default]\naws_access_key_id = FILEKEY\naws_secret_access_key = x\n"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.setenv(name, "AKIACANARY")
    (tmp_path / "own/.aws").mkdir(parents=True)
    (tmp_path / "own/.aws/credentials").write_text(PAIR.replace("FILEKEY", "CANARYKEY"))
    monkeypatch.setenv("HOME", str(tmp_path / "own"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host with a user `registry` who has a shared file."""
    home = tmp_path / "root/srv/registry/.aws"
    home.mkdir(parents=True)
    (home / "credentials").write_text(PAIR)
    (tmp_path / "root/etc").mkdir()
    (tmp_path / "root/etc/passwd").write_text("registry:x:990:990::/srv/registry:/bin/false\n")
    return tmp_path / "root"


def settings(
    installation: Installation, *, service: Any = NONE, compose: Any = NONE, config: Any = CONFIG
) -> AwsSettings:
    found: AwsSettings = aws_settings.gather(Target(), installation, config, service, compose, NONE)
    assert "CANARY" not in str(found)
    return found


def unit(*variables: tuple[str, str], user: str = "registry") -> ServiceEnvironment:
    source = "/etc/systemd/system/registry.service"
    given = tuple((name, value, Place(source, 3, "environment")) for name, value in variables)
    return ServiceEnvironment(source, given, user=Located(user, Place(source, 2), "User"))


def key_in(found: AwsSettings) -> str:
    assert found.credentials is not None
    profile = found.credentials.profiles.get("default", {})
    return profile["aws_access_key_id"].quote().source if profile else ""


def test_the_unit_and_the_file_of_its_user(root: Path) -> None:
    given = unit(("AWS_SECRET_ACCESS_KEY", "a-secret-key"), ("OTHER", "x"), ("AWS_PROFILE", ""))
    found = settings(Installation(root, Dialect.PLAIN, live=False), service=given)
    assert set(found.variables) == {"AWS_SECRET_ACCESS_KEY"}
    assert found.text("AWS_SECRET_ACCESS_KEY") == "a-secret-key"
    assert "a-secret-key" not in str(found)
    assert key_in(found) == "/srv/registry/.aws/credentials"


def test_variables_move_the_home_and_the_files(root: Path) -> None:
    installed = Installation(root, Dialect.PLAIN, live=False)
    moved = settings(installed, service=unit(("HOME", "/srv/registry"), user="nobody-known"))
    assert key_in(moved) == "/srv/registry/.aws/credentials"
    named = settings(installed, service=unit(("AWS_SHARED_CREDENTIALS_FILE", "/srv/none")))
    assert named.credentials is not None
    assert (named.credentials.path, key_in(named)) == ("/srv/none", "")
    relative = settings(installed, service=unit(("AWS_SHARED_CREDENTIALS_FILE", "none")))
    assert relative.credentials is None


def test_a_shared_file_that_is_a_folder_is_told(root: Path) -> None:
    (root / "srv/registry/.aws/config").mkdir()
    found = settings(Installation(root, Dialect.PLAIN, live=False), service=unit())
    assert found.config is not None
    assert found.config.problem


def test_the_directory_of_omnibus(root: Path) -> None:
    folder = root / "opt/gitlab/etc/registry/env"
    folder.mkdir(parents=True)
    (folder / "AWS_ACCESS_KEY_ID").write_text("ENVKEY\n")
    (folder / "SSL_CERT_DIR").write_text("/x\n")
    found = settings(Installation(root, Dialect.OMNIBUS, live=False, env_directory=folder))
    assert set(found.variables) == {"AWS_ACCESS_KEY_ID"}
    assert key_in(found) == "/srv/registry/.aws/credentials"


def test_a_container_has_variables_and_no_files_of_the_host() -> None:
    place = Place("compose.yml", 4)
    given = (Variable("AWS_ACCESS_KEY_ID", "K", place), Variable("AWS_PROFILE", Computed("${P}"), place))
    service = ContainerService("registry", place, None, given)
    compose = ComposeFile("compose.yml", registries=(ComposeRegistry(service),))
    found = settings(Installation(None, Dialect.COMPOSE, live=False), compose=compose)
    assert (set(found.variables), found.in_container, found.credentials) == ({"AWS_ACCESS_KEY_ID"}, True, None)
    assert "AWS_PROFILE" in found.unseen


def test_what_is_not_to_be_seen_is_said(root: Path) -> None:
    assert "only files were named" in settings(Installation(None, Dialect.PLAIN, live=False)).unseen
    assert "pods" in settings(Installation(root, Dialect.HELM, live=False)).unseen
    assert "no unit says" in settings(Installation(root, Dialect.PLAIN, live=False)).unseen
    with pytest.raises(NotApplicableError):
        settings(Installation(root, Dialect.PLAIN, live=False), config=parse_registry_config(b"version: 0.1", "c"))


@pytest.fixture
def process(root: Path) -> Iterator[int]:
    """A process with an environment of its own."""
    environment = {"HOME": str(root / "srv/registry"), "AWS_REGION": "eu-central-1"}
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={**environment, "PATH": os.environ["PATH"]}) as started:
        yield started.pid


def test_the_process_that_runs_counts(root: Path, process: int) -> None:
    running = RunningRegistry(process, ("registry", "serve"), None)
    found = settings(Installation(Path("/"), Dialect.PLAIN, live=True, process=running), service=unit(("AWS_A", "x")))
    assert set(found.variables) == {"AWS_REGION"}
    assert (found.in_container, found.unseen) == (False, "")
    assert key_in(found) == f"{root}/srv/registry/.aws/credentials"


def test_a_process_that_has_ended_leaves_it_unknown() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    running = RunningRegistry(ended.pid, ("registry", "serve"), None)
    found = settings(Installation(Path("/"), Dialect.PLAIN, live=True, process=running))
    assert "cannot be read" in found.unseen
