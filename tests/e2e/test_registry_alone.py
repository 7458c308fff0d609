"""What htpasswd files and endpoints of notifications do to a real registry is what the checks claim of them."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from regdoctor.formats.htpasswd import parse_htpasswd
from regdoctor.lab.image import build_image, push_image
from tests.e2e.lone_registry import LoneRegistry


def htpasswd(path: Path) -> str:
    return f"auth: {{htpasswd: {{realm: r, path: {path}}}}}\n"


def status(registry: LoneRegistry, user: str, password: str) -> int:
    """What a login gets."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    return registry.ask("GET", "/v2/", headers={"Authorization": f"Basic {login}"}).status


def test_a_missing_htpasswd_is_made_with_one_user_whose_password_is_in_the_log(
    lone_registry: LoneRegistry, tmp_path: Path
) -> None:
    lone_registry.serve(htpasswd(tmp_path / "users"))

    found = re.search(
        r"htpasswd is missing, provisioning with default user.* password=(\S+) user=docker", lone_registry.log
    )
    assert found is not None
    assert status(lone_registry, "docker", found.group(1)) == 200
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
def test_a_hash_that_is_not_bcrypt_lets_nobody_in(lone_registry: LoneRegistry, tmp_path: Path, hashed: str) -> None:
    (tmp_path / "users").write_text(f"bert:{hashed}\n")
    (entry,) = parse_htpasswd((tmp_path / "users").read_bytes())
    lone_registry.serve(htpasswd(tmp_path / "users"))

    assert status(lone_registry, "bert", "password") == 401
    assert not entry.is_bcrypt


def test_a_line_without_a_colon_is_an_error_for_everybody(lone_registry: LoneRegistry, tmp_path: Path) -> None:
    (tmp_path / "users").write_text("bert:x\nno entry\n")
    lone_registry.serve(htpasswd(tmp_path / "users"))

    assert status(lone_registry, "bert", "x") == 400
    assert "htpasswd: invalid entry at line 2" in lone_registry.log


def test_a_directory_in_the_files_place_is_an_error_for_everybody(lone_registry: LoneRegistry, tmp_path: Path) -> None:
    (tmp_path / "users").mkdir()
    lone_registry.serve(htpasswd(tmp_path / "users"))

    assert status(lone_registry, "bert", "x") == 400
    assert "is a directory" in lone_registry.log


@pytest.mark.parametrize("url", ["audit.example.com/notify", ""])
def test_an_endpoint_without_a_scheme_starts_and_never_gets_an_event(lone_registry: LoneRegistry, url: str) -> None:
    endpoint = f"{{name: a, url: '{url}', timeout: 500ms, threshold: 1, backoff: 1s}}"
    lone_registry.serve(f"notifications: {{endpoints: [{endpoint}]}}\n")

    push_image(lone_registry.url, "group/project", "latest", build_image("x\n"), "")

    lone_registry.wait_until(lambda: "unsupported protocol scheme" in lone_registry.log, "a word about the endpoint")


def test_two_endpoints_of_one_name_do_not_keep_the_registry_from_starting(lone_registry: LoneRegistry) -> None:
    endpoint = "{name: a, url: 'http://127.0.0.1:1/', timeout: 500ms, threshold: 1, backoff: 1s}"
    lone_registry.serve(f"notifications: {{endpoints: [{endpoint}, {endpoint}]}}\n")
    assert lone_registry.status() == 200
