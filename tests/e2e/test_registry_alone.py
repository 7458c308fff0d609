"""What htpasswd files and endpoints of notifications do to a real registry is what the checks claim of them."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from regdoctor.check import Pass
from regdoctor.checks.registry.http_prefix_malformed import http_prefix_malformed
from regdoctor.checks.storage.delete_disabled import delete_disabled
from regdoctor.formats.htpasswd import parse_htpasswd
from regdoctor.injection import Absent
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


@pytest.mark.parametrize(
    ("prefix", "served"), [("my/nested", 404), ("my/nested/", 404), ("/my/nested", 200), ("/", 404)]
)
def test_a_prefix_without_its_first_slash_serves_nothing(lone_registry: LoneRegistry, prefix: str, served: int) -> None:
    lone_registry.serve(f"http: {{addr: '127.0.0.1:@PORT', prefix: {prefix}}}\n")

    assert lone_registry.ask("GET", "/my/nested/v2/").status == served
    assert lone_registry.ask("GET", "/v2/").status == (200 if prefix == "/" else 404)
    (outcome,) = [http_prefix_malformed.judge(config=lone_registry.config())]
    assert isinstance(outcome, Pass) == prefix.startswith("/")


@pytest.mark.parametrize(("value", "status"), [("ture", 405), ("'true'", 405), ("yes", 404)])
def test_a_misspelt_true_switches_deletions_off_without_a_word(
    lone_registry: LoneRegistry, value: str, status: int
) -> None:
    lone_registry.serve(f"storage:\n  inmemory: {{}}\n  delete: {{enabled: {value}}}\n")

    assert lone_registry.ask("DELETE", f"/v2/app/manifests/sha256:{'0' * 64}").status == status
    outcome = delete_disabled.judge(config=lone_registry.config(), gitlab=Absent("none", applicable=False))
    assert isinstance(outcome, Pass) == (status == 404)
