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
from regdoctor.formats.container_service import ContainerService, Mount, Variable
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.aws_settings import aws_settings, kept_apart
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
    assert relative.credentials is not None
    assert "relative to a folder that is not known" in relative.credentials.problem
    nobody = settings(installed, service=unit(user="nobody-known"))
    assert nobody.credentials is not None
    assert "is not known" in nobody.credentials.problem


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
    assert (set(found.variables), found.in_container, found.own_network) == ({"AWS_ACCESS_KEY_ID"}, True, True)
    assert found.credentials is not None
    assert "within the container" in found.credentials.problem
    assert "AWS_PROFILE" in found.unseen


def container(root: Path, *mounts: Mount, **given: str) -> AwsSettings:
    """A service of Compose with the official image, and these variables and mounts."""
    place = Place(str(root / "srv/compose.yml"), 4)
    variables = tuple(Variable(name, value, place) for name, value in given.items())
    image = Located("registry:3", place, "image")
    service = ContainerService("registry", place, image, variables, mounts, host_network=True)
    compose = ComposeFile(place.source, registries=(ComposeRegistry(service),))
    return settings(Installation(root, Dialect.COMPOSE, live=False), compose=compose)


def mount(kind: str, source: str, target: str) -> Mount:
    return Mount(kind, source, target, Located(f"{source}:{target}", Place("compose.yml", 5), "volumes"))


def test_the_file_that_is_mounted_into_a_container_is_read(root: Path) -> None:
    for one in (
        container(root, mount("bind", "/srv/registry/.aws", "/root/.aws")),
        container(root, mount("bind", "./registry/.aws", "/home/registry/.aws")),
        container(root, mount("bind", "/srv/registry/.aws/credentials", "/k"), AWS_SHARED_CREDENTIALS_FILE="/k"),
        container(root, mount("bind", "/srv/registry", "/data"), HOME="/data"),
    ):
        assert key_in(one).endswith("/srv/registry/.aws/credentials")
        assert (one.in_container, one.own_network) == (True, False)


def test_a_file_within_a_container_is_not_taken_for_one_that_is_not_there(root: Path) -> None:
    plain = container(root)
    assert plain.credentials is not None
    assert (plain.credentials.problem, plain.credentials.profiles) == ("", {})
    for one in (
        container(root, AWS_SHARED_CREDENTIALS_FILE="/run/secrets/aws"),
        container(root, mount("volume", "keys", "/root/.aws")),
    ):
        assert one.credentials is not None
        assert one.credentials.problem


def process_folder(place: Path, root: Path, mounts: int, network: int) -> Path:
    """What /proc shows of a process."""
    (place / "ns").mkdir(parents=True)
    (place / "ns/mnt").symlink_to(f"mnt:[{mounts}]")
    (place / "ns/net").symlink_to(f"net:[{network}]")
    (place / "root").symlink_to(root)
    return place


def test_mounts_of_its_own_make_no_container(tmp_path: Path) -> None:
    ours = process_folder(tmp_path / "self", tmp_path, 1, 1)
    private_tmp = process_folder(tmp_path / "7", tmp_path, 2, 1)
    on_host_network = process_folder(tmp_path / "8", tmp_path / "8", 3, 1)
    contained = process_folder(tmp_path / "9", tmp_path / "9", 4, 2)
    assert kept_apart(private_tmp, ours) == (True, False, False)
    assert kept_apart(on_host_network, ours) == (True, True, False)
    assert kept_apart(contained, ours) == (True, True, True)


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
    pipe = subprocess.PIPE
    with subprocess.Popen(["cat"], stdin=pipe, stdout=pipe, env={**environment, "PATH": os.environ["PATH"]}) as started:
        assert started.stdin is not None
        assert started.stdout is not None
        # Until it runs, Linux shows no environment of it.
        started.stdin.write(b"\n")
        started.stdin.flush()
        started.stdout.readline()
        yield started.pid


def test_the_process_that_runs_counts(root: Path, process: int) -> None:
    running = RunningRegistry(process, ("registry", "serve"), None)
    found = settings(Installation(Path("/"), Dialect.PLAIN, live=True, process=running), service=unit(("AWS_A", "x")))
    assert set(found.variables) == {"AWS_REGION"}
    assert (found.in_container, found.own_network, found.root, found.unseen) == (False, False, Path("/"), "")
    assert key_in(found) == f"{root}/srv/registry/.aws/credentials"


def test_a_process_that_has_ended_leaves_it_unknown() -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    running = RunningRegistry(ended.pid, ("registry", "serve"), None)
    found = settings(Installation(Path("/"), Dialect.PLAIN, live=True, process=running))
    assert "cannot be looked into" in found.unseen
