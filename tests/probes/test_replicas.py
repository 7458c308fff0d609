"""Every instance of the registry that was named is found, and those of a Compose file that share their storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.catalogue import select
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.located import Located
from regdoctor.runner import examine
from regdoctor.target import Target

CONFIG = "version: 0.1\nstorage: {filesystem: {rootdirectory: /srv}}\nhttp: {addr: ':5000', secret: %s}\n"


def replicas(target: Target) -> Replicas:
    """What is found of a target by the probe and all that it rests on."""
    found = examine(target, select(["http_secret_differs"])).evidence(Replicas)
    assert isinstance(found, Replicas)
    return found


def secrets(found: Replicas) -> list[str]:
    """The file of each instance's secret."""
    settings = [config.at("http", "secret") for config in found.configs]
    return [setting.place.source for setting in settings if isinstance(setting, Located)]


def test_each_root_with_a_configuration_is_an_instance(tmp_path: Path) -> None:
    for name in "ab":
        place = tmp_path / name / "etc/docker/registry"
        place.mkdir(parents=True)
        (place / "config.yml").write_text(CONFIG % name)
    (tmp_path / "gitlab").mkdir()
    roots = [tmp_path / name for name in ("a", "gitlab", "b")]
    found = replicas(Target(root=roots[0], more_roots=tuple(roots[1:]), offline=True))

    assert secrets(found) == [str(tmp_path / name / "etc/docker/registry/config.yml") for name in "ab"]


def test_each_named_file_is_an_instance(tmp_path: Path) -> None:
    files = tuple(tmp_path / f"{name}.yml" for name in "abc")
    for file in files:
        file.write_text(CONFIG % file.stem)

    assert secrets(replicas(Target(config_files=files, offline=True))) == [str(file) for file in files]


def test_each_gitlab_rb_that_runs_a_registry_is_an_instance(tmp_path: Path) -> None:
    texts = {
        "r1": "registry['enable'] = true\n",
        "g": "registry['enable'] = false\n",
        "r2": "registry['enable'] = true\n",
    }
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "gitlab.rb").write_text(f"{text}registry['http_secret'] = 'secret-of-{name}'\n")
    roots = [tmp_path / name for name in texts]
    found = replicas(Target(root=roots[0], more_roots=tuple(roots[1:]), offline=True))

    assert secrets(found) == [str(tmp_path / name / "gitlab.rb") for name in ("r1", "r2")]


SERVICE = "  {name}:\n    image: registry:2.8.3\n    volumes: ['{volume}:/var/lib/registry']\n"


@pytest.mark.parametrize(("volumes", "count"), [(("data", "data"), 2), (("one", "two"), 1), (("./d", "./d"), 2)])
def test_services_of_one_storage_are_instances_of_one_registry(
    tmp_path: Path, volumes: tuple[str, str], count: int
) -> None:
    services = "".join(SERVICE.format(name=f"r{index}", volume=volume) for index, volume in enumerate(volumes))
    (tmp_path / "docker-compose.yml").write_text(
        f"services:\n{services}volumes: {{data: {{}}, one: {{}}, two: {{}}}}\n"
    )

    assert len(replicas(Target(root=tmp_path, offline=True)).configs) == count


def test_a_service_that_is_started_several_times_is_told_with_the_setting(tmp_path: Path) -> None:
    service = SERVICE.format(name="r", volume="data")
    (tmp_path / "docker-compose.yml").write_text(
        f"services:\n{service}    deploy: {{replicas: 3}}\nvolumes: {{data: {{}}}}\n"
    )
    scaled = replicas(Target(root=tmp_path, offline=True)).scaled

    assert scaled is not None
    assert (scaled.text(), scaled.place.line) == ("3", 5)


@pytest.mark.parametrize("count", ["²", "9" * 5000, "-1", "1"])
def test_what_is_no_number_above_one_starts_no_second_instance(tmp_path: Path, count: str) -> None:
    service = SERVICE.format(name="r", volume="data")
    (tmp_path / "docker-compose.yml").write_text(
        f"services:\n{service}    deploy: {{replicas: '{count}'}}\nvolumes: {{data: {{}}}}\n"
    )
    assert replicas(Target(root=tmp_path, offline=True)).scaled is None
