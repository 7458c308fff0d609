"""What htpasswd files and endpoints of notifications do to a real registry is what the checks claim of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regdoctor.formats.htpasswd import parse_htpasswd
from regdoctor.lab.client import send, status_of
from regdoctor.lab.image import build_image, push_image
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes, wait_until
from regdoctor.lab.programs import find_program, minimal_environment

Serve = Callable[[str], str]
"""Starts the registry with a piece of config.yml; gives its URL."""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A registry of its own, without GitLab, that keeps its data in a folder."""
    processes = Processes()

    def start(settings: str) -> str:
        (port,) = free_ports(1)
        config = tmp_path / "config.yml"
        storage = f"storage: {{filesystem: {{rootdirectory: {tmp_path}/data}}}}\n"
        config.write_text(f"version: 0.1\n{storage}http: {{addr: '127.0.0.1:{port}'}}\n{settings}")
        command: list[str | Path] = [find_program("docker-registry"), "serve", config]
        log, environment = tmp_path / "log", minimal_environment(tmp_path)
        registry = processes.start("registry", command, log=log, environment=environment)
        url = f"http://127.0.0.1:{port}"
        registry.wait_ready(lambda: status_of(f"{url}/v2/") is not None)
        return url

    yield start
    processes.stop_all()


def htpasswd(path: Path) -> str:
    return f"auth: {{htpasswd: {{realm: r, path: {path}}}}}\n"


def status(url: str, user: str, password: str) -> int:
    """What a login gets."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return send("GET", f"{url}/v2/", headers={"Authorization": f"Basic {login}"}).status


def test_a_missing_htpasswd_is_made_with_one_user_whose_password_is_in_the_log(serve: Serve, tmp_path: Path) -> None:
    url = serve(htpasswd(tmp_path / "users"))

    logged = (tmp_path / "log").read_text()
    found = re.search(r"htpasswd is missing, provisioning with default user.* password=(\S+) user=docker", logged)
    assert found is not None
    assert status(url, "docker", found.group(1)) == 200
    (entry,) = parse_htpasswd((tmp_path / "users").read_bytes())
    assert entry.is_bcrypt


@pytest.mark.parametrize(
    "hashed",
    [
        "$apr1$saltsalt$0123456789012345678901",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "$6$saltsalt$" + "a" * 86,
        "$2y$05$tooshort",
        "password",
    ],
)
def test_a_hash_that_is_not_bcrypt_lets_nobody_in(serve: Serve, tmp_path: Path, hashed: str) -> None:
    (tmp_path / "users").write_text(f"bert:{hashed}\n")
    (entry,) = parse_htpasswd((tmp_path / "users").read_bytes())

    assert status(serve(htpasswd(tmp_path / "users")), "bert", "password") == 401
    assert not entry.is_bcrypt


def test_a_line_without_a_colon_is_an_error_for_everybody(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("bert:x\nno entry\n")

    assert status(serve(htpasswd(tmp_path / "users")), "bert", "x") == 400
    assert "htpasswd: invalid entry at line 2" in (tmp_path / "log").read_text()


def test_a_directory_in_the_files_place_is_an_error_for_everybody(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "users").mkdir()

    assert status(serve(htpasswd(tmp_path / "users")), "bert", "x") == 400
    assert "is a directory" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("url", ["audit.example.com/notify", ""])
def test_an_endpoint_without_a_scheme_starts_and_never_gets_an_event(serve: Serve, tmp_path: Path, url: str) -> None:
    endpoint = f"{{name: a, url: '{url}', timeout: 500ms, threshold: 1, backoff: 1s}}"
    registry = serve(f"notifications: {{endpoints: [{endpoint}]}}\n")

    push_image(registry, "group/project", "latest", build_image("x\n"), "")

    def complained() -> bool:
        return "unsupported protocol scheme" in (tmp_path / "log").read_text()

    wait_until(complained, "the registry says nothing of the endpoint")


def test_two_endpoints_of_one_name_do_not_keep_the_registry_from_starting(serve: Serve) -> None:
    endpoint = "{name: a, url: 'http://127.0.0.1:1/', timeout: 500ms, threshold: 1, backoff: 1s}"
    assert send("GET", f"{serve(f'notifications: {{endpoints: [{endpoint}, {endpoint}]}}')}/v2/").status == 200
