"""Files that are named, as a person or a pre-commit hook names them."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Command

HEALTHY = "external_url 'https://gitlab.example.com'\nregistry_external_url 'https://registry.example.com'\n"
BROKEN = "registry_external_url 'registry.example.com'\n"
HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_alone_is_judged_without_the_network(regdoctor: Command, repository: Path) -> None:
    (repository / "gitlab.rb").write_text(BROKEN)
    ended = regdoctor("check", "gitlab.rb", "--format", "short")

    assert ended.code == 1
    assert ended.out.startswith("FAIL ")
    assert re.search(r" external_url_unusable GL-06 .*/gitlab\.rb:1\)$", ended.out, re.M)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("gitlab.rb", "registry['a'] = 'b\n", r"gitlab\.rb:\d+: "),
        ("values.yaml", "global: {registry: [\n", r"values\.yaml:\d+: "),
        ("nginx.conf", "http {\n server {\n", r"nginx\.conf"),
        ("hosts.toml", "server = [\n", r"hosts\.toml"),
        ("config.yml", "version: 0.1\n\tstorage: x\n", r"config\.yml:2: a tab"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_first_line_and_code_2(
    regdoctor: Command, repository: Path, name: str, text: str, complaint: str
) -> None:
    (repository / name).write_text(text)
    for words in (("check", "config", name), ("check", "config", "--each", name)):
        ended = regdoctor(*words)
        assert ended.code == 2
        assert re.match(rf"regdoctor: .*{complaint}", ended.err), ended.err
        assert "nothing found wrong" not in ended.out + ended.err


def test_each_by_itself_passes_over_what_is_about_something_else(regdoctor: Command, repository: Path) -> None:
    (repository / "values.yaml").write_text("replicaCount: 2\nglobal: {storageClass: x}\n")
    (repository / "docker-compose.yml").write_text("services: {web: {image: nginx}}\n")
    (repository / "hosts.toml").write_text('server = "https://registry-1.docker.io"\n')
    (repository / "gitlab.rb").write_text(HEALTHY)

    assert regdoctor("check", "config", "--each", "values.yaml", "docker-compose.yml", "hosts.toml").code == 0
    assert regdoctor("check", "config", "--each", "values.yaml", "gitlab.rb").code == 0
    (repository / "gitlab.rb").write_text(BROKEN)
    ended = regdoctor("check", "config", "--each", "values.yaml", "gitlab.rb", "hosts.toml", "--format", "short")
    assert ended.code == 1
    assert "gitlab.rb:1)" in ended.out


def test_a_dead_link_is_named_with_where_it_leads(regdoctor: Command, repository: Path) -> None:
    (repository / "gitlab.rb").symlink_to("gone.rb")
    ended = regdoctor("check", "gitlab.rb")

    assert ended.code == 2
    assert "gone.rb" in ended.err


@pytest.mark.parametrize("hook", yaml.safe_load(HOOKS.read_text()), ids=lambda hook: str(hook["id"]))
def test_the_pre_commit_hook_judges_the_files_that_it_is_given(hook: dict[str, str], repository: Path) -> None:
    """As pre-commit runs it: the entry's words, then the names of files that match."""
    files = {"prod/gitlab.rb": BROKEN, "chart/values-prod.yaml": "replicaCount: 1\n", "README.md": "gitlab.rb\n"}
    for name, text in files.items():
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(text)
    given = [name for name in files if re.search(hook["files"], name)]
    words = [sys.executable, "-m", *hook["entry"].split(), *given, "--format", "short"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert "prod/gitlab.rb" in given
    assert "README.md" not in given
    assert done.returncode == 1
    assert "external_url_unusable" in done.stdout


def test_every_registry_of_a_compose_file_is_judged(regdoctor: Command, repository: Path) -> None:
    services = "".join(
        f"  {name}:\n    image: registry:2.8.3\n    environment:\n      {variable}\n"
        f"      REGISTRY_AUTH: htpasswd\n      REGISTRY_AUTH_HTPASSWD_REALM: r\n"
        f"      REGISTRY_AUTH_HTPASSWD_PATH: /auth/htpasswd\n    volumes: ['{name}:/var/lib/registry']\n"
        for name, variable in {
            "mirror": "REGISTRY_LOG_LEVEL: info",
            "second": "REGISTRY_LOG_LEVEL: verbose",
            "third": "REGISTRY_LOG_LEVEL: chatty",
        }.items()
    )
    (repository / "docker-compose.yml").write_text(f"services:\n{services}volumes: {{mirror: {{}}, second: {{}}}}\n")
    ended = regdoctor("check", "log_level_invalid", "docker-compose.yml", "--format", "short")

    assert ended.out.count("FAIL ") == 2
    assert "docker-compose.yml:13)" in ended.out
    assert "docker-compose.yml:21)" in ended.out


def test_a_log_among_the_files_is_passed_over_and_the_others_are_judged(regdoctor: Command, repository: Path) -> None:
    (repository / "docker.txt").write_text("# docker login r.example.com\nError: denied: [ {\n")
    (repository / "gitlab.rb").write_text(BROKEN)
    ended = regdoctor("check", "config", "docker.txt", "gitlab.rb")

    assert ended.code == 1
    assert "docker.txt says nothing of a registry" in ended.err


def test_config_asks_nothing_over_the_network(
    regdoctor: Command, repository: Path, plant: Callable[[str, Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    plant("omnibus", repository / "host")
    for way in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, way, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    ended = regdoctor("check", "config", "--root", repository / "host", "--registry", "https://registry.example.com")

    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err
