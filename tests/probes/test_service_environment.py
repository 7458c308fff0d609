"""Finding the systemd unit that runs a registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.service_environment import service_environment

SYSTEM = "etc/systemd/system"
PLAIN = """\
[Service]
User=registry
Environment=REGISTRY_LOG_LEVEL=info REGISTRY_A=1
EnvironmentFile=-/etc/default/registry
ExecStart=/usr/bin/docker-registry serve /etc/docker/registry/config.yml
"""
CONTAINER = """\
[Service]
ExecStartPre=/usr/bin/docker pull registry:2
ExecStart=/usr/bin/docker run --restart=always -p 127.0.0.1:5000:5000 --name registry \\
-e "REGISTRY_STORAGE=s3" \\
-e "REGISTRY_STORAGE_S3_ACCESS_KEY=planted-access" \\
-e "REGISTRY_STORAGE_S3_BUCKET=example" \\
registry:2
"""


def _write(root: Path, place: str, text: str) -> None:
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_text(text)


def _read(root: Path) -> ServiceEnvironment:
    found = service_environment.gather(Installation(root, Dialect.PLAIN, live=False))
    assert isinstance(found, ServiceEnvironment)
    return found


def test_a_unit_gives_its_registry_variables_user_and_file(tmp_path: Path) -> None:
    _write(tmp_path, f"{SYSTEM}/docker-registry.service", PLAIN)
    _write(tmp_path, "etc/default/registry", "REGISTRY_LOG_LEVEL=debug\n")
    found = _read(tmp_path)
    values = {name: (value, place.source, place.line) for name, value, place in found.variables}
    assert values["REGISTRY_LOG_LEVEL"] == ("debug", str(tmp_path / "etc/default/registry"), 1)
    assert values["REGISTRY_A"] == ("1", str(tmp_path / f"{SYSTEM}/docker-registry.service"), 3)
    assert found.user is not None
    assert found.user.text() == "registry"
    assert found.config_file is not None
    assert (found.config_file.text(), found.config_file.place.line) == ("/etc/docker/registry/config.yml", 5)
    assert found.container is None


def test_drop_ins_of_every_folder_count(tmp_path: Path) -> None:
    _write(tmp_path, "lib/systemd/system/docker-registry.service", PLAIN)
    _write(tmp_path, f"{SYSTEM}/docker-registry.service.d/own.conf", "[Service]\nEnvironment=REGISTRY_A=2\n")
    values = {name: value for name, value, _ in _read(tmp_path).variables}
    assert values["REGISTRY_A"] == "2"


def test_a_unit_of_more_weight_hides_one_of_its_name(tmp_path: Path) -> None:
    _write(tmp_path, "lib/systemd/system/registry.service", PLAIN)
    _write(tmp_path, f"{SYSTEM}/registry.service", PLAIN.replace("REGISTRY_A=1", "REGISTRY_A=9"))
    assert {name: value for name, value, _ in _read(tmp_path).variables}["REGISTRY_A"] == "9"


def test_a_container_that_a_unit_starts_has_its_configuration(tmp_path: Path) -> None:
    _write(tmp_path, f"{SYSTEM}/registry.service", CONTAINER)
    found = _read(tmp_path)
    assert found.image is not None
    assert (found.image.text(), found.image.place.line) == ("registry:2", 7)
    assert found.config is not None
    driver = found.config.storage_driver()
    assert driver is not None
    assert driver[0] == "s3"
    lines = {one.name: one.place.line for one in found.config.overrides}
    assert lines["REGISTRY_STORAGE_S3_ACCESS_KEY"] == 5
    assert "planted" not in str([one.quote() for one in found.config.overrides])


def test_a_container_of_another_image_is_none(tmp_path: Path) -> None:
    _write(tmp_path, f"{SYSTEM}/registry-ui.service", CONTAINER.replace("registry:2", "joxit/docker-registry-ui:2"))
    with pytest.raises(NotApplicableError):
        _read(tmp_path)


def test_a_file_that_must_be_there_and_is_not_leaves_it_open(tmp_path: Path) -> None:
    _write(tmp_path, f"{SYSTEM}/registry.service", PLAIN.replace("=-/etc", "=/etc"))
    with pytest.raises(UnreadableError, match="EnvironmentFile /etc/default/registry"):
        _read(tmp_path)


def test_without_a_unit_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no systemd unit"):
        _read(tmp_path)
