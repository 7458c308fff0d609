"""The product is told from what runs or is installed; what contradicts itself is unknown, with both sides."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation, RunningRegistry
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb
from regdoctor.formats.helm_values import HelmValues, parse_helm_values
from regdoctor.formats.located import Located, Place
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probes.product import product
from regdoctor.target import Target

V2, V3, GITLAB = Generation
NONE = Absent("none")
STATUS = "Package: docker-registry\nStatus: install ok installed\nVersion: 2.8.2+ds1-1\n"
MANIFEST = "gitlab-ee 18.5.1\n\nregistry  v4.29.0-gitlab  git\n"
OMNIBUS, DOCKER = "var/opt/gitlab/registry/config.yml", "etc/docker/registry/config.yml"


def put(root: Path, **files: str) -> None:
    """Write files, by their places below the root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def look(
    root: Path | None,
    config: str | None = None,
    *,
    dialect: Dialect = Dialect.PLAIN,
    compose: ComposeFile | Absent = NONE,
    unit: ServiceEnvironment | Absent = NONE,
    values: HelmValues | Absent = NONE,
    rb: GitLabRb | Absent = NONE,
    process: RunningRegistry | None = None,
    named: dict[FileKind, tuple[Path, ...]] | None = None,
) -> Product:
    """What the probe tells of a tree."""
    installation = Installation(
        root,
        dialect,
        live=False,
        process=process,
        registry_config=root / config if root and config else None,
        named=named or {},
    )
    found = product.gather(installation, compose, unit, values, rb, Target(root=root, offline=True), NONE)
    assert isinstance(found, Product)
    return found


def test_omnibus_has_gitlabs_registry_with_the_version_of_its_manifest(tmp_path: Path) -> None:
    put(tmp_path, **{"opt/gitlab/version-manifest.txt": MANIFEST, OMNIBUS: ""})
    found = look(tmp_path, OMNIBUS)
    assert (found.generation, found.version) == (GITLAB, (4, 29, 0))
    assert (found.evidence[0].source, found.evidence[0].line) == (str(tmp_path / "opt/gitlab/version-manifest.txt"), 3)
    (tmp_path / "opt/gitlab/version-manifest.txt").unlink()
    assert (look(tmp_path, OMNIBUS).generation, look(tmp_path, OMNIBUS).version) == (GITLAB, ())


def test_gitlab_rb_alone_is_of_gitlabs_registry() -> None:
    found = look(None, named={FileKind.GITLAB_RB: (Path("/x/gitlab.rb"),)})
    assert (found.generation, found.evidence[0].source) == (GITLAB, "/x/gitlab.rb")


def test_debians_package_tells(tmp_path: Path) -> None:
    put(tmp_path, **{"var/lib/dpkg/status": STATUS})
    found = look(tmp_path, DOCKER)
    assert (found.generation, found.version, found.evidence[0].line) == (V2, (2, 8, 2), 3)


def test_the_place_of_distribution_3s_configuration_tells_the_line(tmp_path: Path) -> None:
    assert look(tmp_path, "etc/distribution/config.yml").version == (3,)


def test_a_log_makes_the_version_exact(tmp_path: Path) -> None:
    log = "x" * 300_000 + "\nlevel=info go.version=go1.23 instance.id=1 version=3.0.0\n"
    put(tmp_path, **{"var/log/docker-registry/a.log": log})
    found = look(tmp_path, "etc/distribution/config.yml")
    assert (found.generation, found.version) == (V3, (3, 0, 0))
    assert found.evidence[1].source == str(tmp_path / "var/log/docker-registry/a.log")


def test_images_tell(tmp_path: Path) -> None:
    compose = parse_compose_file([(b"services: {registry: {image: 'registry:2.8.3'}}\n", "docker-compose.yml")])
    assert look(tmp_path, compose=compose).version == (2, 8, 3)
    unit = ServiceEnvironment("registry.service", image=Located("registry:3", Place("registry.service", 4), "image"))
    assert look(tmp_path, unit=unit).generation is V3


def test_the_chart_has_gitlabs_registry() -> None:
    values = parse_helm_values([(b"registry: {image: {tag: v4.39.0-gitlab}}\n", "values.yaml")])
    assert look(None, dialect=Dialect.HELM, values=values).version == (4, 39, 0)
    plain = parse_helm_values([(b"registry: {enabled: true}\n", "values.yaml")])
    found = look(None, dialect=Dialect.HELM, values=plain)
    assert (found.generation, found.version, found.evidence[0].source) == (GITLAB, (), "values.yaml")


def test_contradictions_are_unknown_with_both_sides(tmp_path: Path) -> None:
    put(tmp_path, **{"var/lib/dpkg/status": STATUS})
    compose = parse_compose_file([(b"services: {registry: {image: 'registry:3'}}\n", "docker-compose.yml")])
    found = look(tmp_path, DOCKER, compose=compose)
    assert found.generation is None
    assert found.reason == (
        f"what is installed contradicts itself: distribution 2.8.2 ({tmp_path}/var/lib/dpkg/status), "
        "distribution 3 (docker-compose.yml)"
    )
    assert len(found.evidence) == 2


def test_several_versions_of_one_product_leave_the_version_open(tmp_path: Path) -> None:
    put(
        tmp_path,
        **{
            "var/lib/dpkg/status": STATUS,
            "var/log/docker-registry.log": "go.version=go1.1 instance.id=1 version=2.7.1\n",
        },
    )
    found = look(tmp_path, DOCKER)
    assert (found.generation, found.version, found.reason) == (V2, (), "several versions are told of: 2.7.1 and 2.8.2")


def test_nothing_tells(tmp_path: Path) -> None:
    assert look(tmp_path, DOCKER).reason == f"nothing below {tmp_path} tells which registry it is"
    os.mkfifo(tmp_path / "pipe")
    put(tmp_path, **{"var/log/x": ""})
    (tmp_path / "var/log/docker-registry.log").symlink_to("/pipe")
    put(tmp_path, **{"var/lib/dpkg/status": "\0\xff"})
    assert look(tmp_path, DOCKER).generation is None


def test_what_runs_is_asked_first(tmp_path: Path) -> None:
    program = shutil.which("docker-registry")
    assert program, "Debian's package docker-registry is needed"
    put(tmp_path, **{"config.yml": "version: 0.1\nstorage: inmemory\nhttp: {addr: '127.0.0.1:0'}\n"})
    put(tmp_path, **{"opt/gitlab/version-manifest.txt": MANIFEST})
    environment = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
    with subprocess.Popen(
        [program, "serve", str(tmp_path / "config.yml")], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()
        found = look(tmp_path, process=RunningRegistry(process.pid, (), None))
        process.kill()
        process.communicate(timeout=10)
    assert (found.generation, found.version) == (V2, (2, 8, 2))
    assert "2.8.2" in found.evidence[0].quote
    assert found.evidence[0].source.endswith("docker-registry --version")


def test_a_program_that_tells_nothing_leaves_it_to_the_files(tmp_path: Path) -> None:
    put(tmp_path, **{"opt/gitlab/version-manifest.txt": MANIFEST, OMNIBUS: ""})
    assert look(tmp_path, OMNIBUS, process=RunningRegistry(os.getpid(), (), None)).version == (4, 29, 0)
    assert look(tmp_path, OMNIBUS, process=RunningRegistry(2**22 + 1, (), None)).version == (4, 29, 0)


def test_gitlabs_header_tells_where_no_file_does(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, {"Gitlab-Container-Registry-Version": "4.29.0-gitlab"}, b""))
    target = Target(registry_url=server.url)
    found = product.gather(NONE, NONE, NONE, NONE, NONE, target, door)
    assert (found.generation, found.version) == (GITLAB, (4, 29, 0))
    offline = Target(registry_url=server.url, offline=True)
    assert product.gather(NONE, NONE, NONE, NONE, NONE, offline, door).generation is None
    assert len(server.asked()) == 1


@pytest.mark.parametrize("headers", [{}, {"Docker-Distribution-Api-Version": "registry/2.0"}])
def test_other_answers_do_not_tell(serve: Callable[..., Any], door: Http, headers: dict[str, str]) -> None:
    server = serve(lambda _: (200, headers, b"{}"))
    target = Target(registry_url=server.url)
    assert product.gather(NONE, NONE, NONE, NONE, NONE, target, door).generation is None


def test_settings_of_one_product_alone_tell_where_nothing_else_does(tmp_path: Path) -> None:
    put(tmp_path, **{DOCKER: "version: 0.1\nredis:\n  addrs: [r:6379]\nstorage:\n  tag: {concurrencylimit: 8}\n"})
    found = look(tmp_path, DOCKER)
    assert (found.generation, found.version) == (V3, (3,))
    assert [(quote.quote, quote.line) for quote in found.evidence] == [
        ("redis.addrs, which distribution 3 alone knows", 3),
        ("storage.tag, which distribution 3 alone knows", 5),
    ]
    put(tmp_path, **{"var/lib/dpkg/status": STATUS})
    assert look(tmp_path, DOCKER).generation is V2


@pytest.mark.parametrize(
    "text", ["redis: {addrs: [r]}\n", "redis: {addrs: [r]}\nstorage: {tag: {}}\ngc: {}\n", "a: [\n"]
)
def test_a_single_setting_or_those_of_several_products_tell_nothing(tmp_path: Path, text: str) -> None:
    put(tmp_path, **{DOCKER: text})
    assert look(tmp_path, DOCKER).generation is None


def test_a_lone_gitlab_rb_tells_gitlabs_registry_by_the_line_that_turns_it_on(tmp_path: Path) -> None:
    rb = parse_gitlab_rb(b"# GitLab\nregistry_external_url 'https://r.example.com'\n", "/repository/gitlab.rb")
    found = look(tmp_path, rb=rb)
    assert found.generation is Generation.GITLAB
    assert [(quote.source, quote.line) for quote in found.evidence] == [("/repository/gitlab.rb", 2)]


@pytest.mark.parametrize(("place", "generation"), [("srv/x/config.yml", None), ("etc/docker/registry/config.yml", 2)])
def test_what_is_installed_here_says_nothing_of_a_file_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, place: str, generation: int | None
) -> None:
    package = b"Package: docker-registry\nStatus: install ok installed\nVersion: 2.8.2+ds1-1\n"

    def on_this_host(root: Path | None, path: Path, cap: int = 0) -> bytes:
        return package if path.name == "status" else b"version: 0.1\n"

    monkeypatch.setattr("regdoctor.probes.product.read_below", on_this_host)
    monkeypatch.setattr("regdoctor.probes.product.is_there", lambda root, path: path == "var/lib/dpkg/status")
    monkeypatch.setattr("regdoctor.probes.product.find_files", lambda *given: ())
    found = look(Path("/"), place, named={FileKind.REGISTRY_CONFIG: (Path("/") / place,)})
    assert (found.generation is Generation.DISTRIBUTION_2) == (generation == 2)
