"""Stored logins: which one is used, for which registry, and where none is looked for."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.login_source import LoginSource
from regdoctor.injection import Absent
from regdoctor.probes.logins import logins as probe
from regdoctor.probes.logins import registry_names
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

HOST = "registry.example.com"
CANARY = "Canary7c1f9d2e"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of the test's own; nothing of this machine's user is seen."""
    for name in [name for name in os.environ if name.startswith("CI_")]:
        monkeypatch.delenv(name)
    for name in ("DOCKER_CONFIG", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def gather(url: str = f"https://{HOST}", **target: Any) -> LoginSource:
    """The probe's answer for a registry at that address."""
    endpoints = Endpoints(Endpoint(url, Quote("", "")), None, None, None)
    found = probe.gather(target=Target(**target), endpoints=endpoints)
    assert isinstance(found, LoginSource)
    return found


def auth(user: str, password: str = CANARY) -> dict[str, str]:
    """An entry of `auths`."""
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def write(path: Path, **content: Any) -> Path:
    """A config.json with this in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def user(found: LoginSource) -> str | None:
    """Whose login it is; its password is the canary."""
    if found.login is None:
        return None
    assert found.login.password == Secret(CANARY, "password")
    assert CANARY not in repr(found)
    return found.login.username


def test_dockers_file_gives_the_login_and_is_named_as_its_origin(home: Path) -> None:
    path = write(home / ".docker/config.json", auths={HOST: auth("alice")})
    found = gather()
    assert user(found) == "alice"
    assert found.login is not None
    assert found.login.words == f"alice ({path})"


@pytest.mark.parametrize(
    ("key", "url", "holds"),
    [
        (HOST, f"https://{HOST}", True),
        (f"{HOST}:443", f"https://{HOST}", True),
        (f"https://{HOST}/v1/", f"https://{HOST}", True),
        (f"{HOST}:5050", f"https://{HOST}:5050", True),
        (f"{HOST}:5050", f"https://{HOST}", False),
        (HOST, f"https://{HOST}:5050", False),
        (f"other.{HOST}", f"https://{HOST}", False),
        ("example.com", f"https://{HOST}", False),
        ("[::1]:5000", "http://[::1]:5000", True),
        ("127.0.0.1", "http://127.0.0.1", True),
    ],
)
def test_a_login_is_used_for_the_registry_alone_whose_name_it_is_stored_for(
    home: Path, key: str, url: str, holds: bool
) -> None:
    write(home / ".docker/config.json", auths={key: auth("alice")})
    assert user(gather(url)) == ("alice" if holds else None)


def test_podmans_keys_with_a_path_are_for_a_namespace_alone(home: Path) -> None:
    write(home / "runtime/containers/auth.json", auths={f"{HOST}/group": auth("group")})
    assert gather() == LoginSource(None)
    write(home / "runtime/containers/auth.json", auths={f"https://{HOST}/v2/": auth("alice")})
    assert user(gather()) == "alice"


def test_the_jobs_login_comes_first_then_docker_then_podman(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / ".config/containers/auth.json", auths={HOST: auth("settings")})
    assert user(gather()) == "settings"
    write(home / "runtime/containers/auth.json", auths={HOST: auth("runtime")})
    assert user(gather()) == "runtime"
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(write(home / "named.json", auths={HOST: auth("named")})))
    assert user(gather()) == "named"
    write(home / ".docker/config.json", auths={HOST: auth("docker")})
    assert user(gather()) == "docker"
    monkeypatch.setenv("DOCKER_CONFIG", str(write(home / "d/config.json", auths={HOST: auth("folder")}).parent))
    assert user(gather()) == "folder"
    monkeypatch.setenv("CI_REGISTRY", HOST)
    monkeypatch.setenv("CI_JOB_TOKEN", CANARY)
    assert user(gather()) == "gitlab-ci-token"
    monkeypatch.setenv("CI_REGISTRY_USER", "deploy")
    monkeypatch.setenv("CI_REGISTRY_PASSWORD", CANARY)
    assert user(gather()) == "deploy"


def test_the_jobs_login_is_for_the_jobs_registry_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_REGISTRY", f"{HOST}:5050")
    monkeypatch.setenv("CI_JOB_TOKEN", CANARY)
    assert user(gather(f"https://{HOST}:5050")) == "gitlab-ci-token"
    assert gather() == LoginSource(None)


@pytest.fixture
def helper(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts docker-credential-test on PATH, which writes this for the registry, and notes what it was asked."""

    def put(answer: str) -> None:
        program = home / "bin/docker-credential-test"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ncat >> {home}/asked\nprintf '%s' '{answer}'\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.mark.parametrize("naming", [{"credsStore": "test"}, {"credHelpers": {HOST: "test"}, "credsStore": "absent"}])
def test_a_helper_counts_before_what_the_file_itself_holds(
    home: Path, helper: Callable[[str], None], naming: dict[str, Any]
) -> None:
    helper(json.dumps({"Username": "kept", "Secret": CANARY}))
    write(home / ".docker/config.json", auths={HOST: auth("alice")}, **naming)
    found = gather()
    assert user(found) == "kept"
    assert found.login is not None
    assert found.login.origin == "docker-credential-test"
    assert (home / "asked").read_text() == HOST


def test_a_helper_of_another_registry_is_not_run(home: Path, helper: Callable[[str], None]) -> None:
    helper(json.dumps({"Username": "kept", "Secret": CANARY}))
    write(home / ".docker/config.json", auths={HOST: auth("alice")}, credHelpers={f"other.{HOST}": "test"})
    assert user(gather()) == "alice"
    assert not (home / "asked").exists()


def test_an_identity_token_is_a_login_that_says_what_it_is(home: Path, helper: Callable[[str], None]) -> None:
    path = write(home / ".docker/config.json", auths={HOST: {**auth("alice"), "identitytoken": CANARY}})
    found = gather()
    assert found.login is not None
    assert (found.login.username, found.login.is_identity_token) == ("", True)
    assert found.login.how == f"with the identity token in {path}"
    helper(json.dumps({"Username": "<token>", "Secret": CANARY}))
    write(path, credsStore="test")
    found = gather()
    assert found.login is not None
    assert (found.login.is_identity_token, found.login.password.reveal()) == (True, CANARY)
    assert found.login.words == "the identity token in docker-credential-test"


def test_the_variable_that_docker_and_gitlab_runner_put_first_comes_first(
    home: Path, helper: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home / ".docker/config.json", auths={HOST: auth("docker")})
    monkeypatch.setenv("CI_REGISTRY", HOST)
    monkeypatch.setenv("CI_JOB_TOKEN", CANARY)
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", json.dumps({"auths": {HOST: auth("reader")}}))
    found = gather()
    assert user(found) == "reader"
    assert found.login is not None
    assert found.login.origin == "DOCKER_AUTH_CONFIG"
    helper(json.dumps({"Username": "kept", "Secret": CANARY}))
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", json.dumps({"credHelpers": {HOST: "test"}}))
    assert user(gather()) == "kept"
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", json.dumps({"auths": {f"other.{HOST}": auth("reader")}}))
    assert user(gather()) == "gitlab-ci-token"
    monkeypatch.delenv("CI_REGISTRY")
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", " ")
    assert user(gather()) == "docker"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"auths": {"Canary7c1f9d2e', "DOCKER_AUTH_CONFIG:1: not JSON"),
        ("/builds/group/project.tmp/DOCKER_AUTH_CONFIG", "DOCKER_AUTH_CONFIG:1: not JSON"),
        (json.dumps({"auths": {HOST: {"auth": "Canary7c1f9d2e%%"}}}), "is not the Base64 of a name"),
        (json.dumps({"credsStore": "absent"}), "docker-credential-absent is not on PATH"),
        ('{"auths": "\udcff"}', ""),
    ],
)
def test_a_variable_that_gives_none_says_why_without_what_is_in_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", text)
    found = gather()
    assert found.login is None
    assert why in found.why_none
    assert bool(why) == bool(found.why_none)
    assert CANARY not in found.why_none
    told = [(one.origin, one.of_helper) for one in found.unreadable]
    assert told == ([("DOCKER_AUTH_CONFIG", "credential-absent" in why)] if why else [])
    write(home / ".docker/config.json", auths={HOST: auth("docker")})
    after = gather()
    assert (user(after), after.why_none, after.unreadable) == ("docker", found.why_none, found.unreadable)


@pytest.mark.parametrize("key", ["https://index.docker.io/v1/", "index.docker.io", "docker.io"])
@pytest.mark.parametrize("host", ["registry-1.docker.io", "docker.io"])
def test_docker_hub_has_a_name_of_its_own_in_dockers_file(
    home: Path, helper: Callable[[str], None], key: str, host: str
) -> None:
    path = write(home / ".docker/config.json", auths={key: auth("alice")})
    assert user(gather(f"https://{host}")) == "alice"
    assert gather() == LoginSource(None)
    helper(json.dumps({"Username": "kept", "Secret": CANARY}))
    write(path, credsStore="test")
    assert user(gather(f"https://{host}")) == "kept"
    assert (home / "asked").read_text() == "https://index.docker.io/v1/"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "config.json:1: not JSON"),
        (json.dumps({"auths": {HOST: {"auth": "Canary7c1f9d2e%%"}}}), "is not the Base64 of a name"),
        (json.dumps({"auths": {HOST: auth("a\nb")}}), "user name cannot be sent"),
        (json.dumps({"credsStore": "absent"}), "docker-credential-absent is not on PATH"),
        (json.dumps({"auths": {HOST: {}}}), ""),
        (json.dumps({"auths": [HOST], "credHelpers": 7, "credsStore": ["x"]}), ""),
    ],
)
def test_a_file_that_gives_none_says_why_and_the_next_one_is_read(home: Path, content: str, why: str) -> None:
    path = write(home / ".docker/config.json")
    path.write_text(content)
    found = gather()
    assert found.login is None
    assert why in found.why_none
    assert bool(why) == bool(found.why_none)
    assert CANARY not in found.why_none
    told = [(one.origin, one.of_helper) for one in found.unreadable]
    assert told == ([(str(path), "credential-absent" in why)] if why else [])
    write(home / "runtime/containers/auth.json", auths={HOST: auth("podman")})
    assert user(gather()) == "podman"


def test_what_is_wrong_with_a_login_for_another_registry_is_passed_over(home: Path) -> None:
    broken = {f"other.{HOST}": {"auth": "%%%notb64"}}
    write(home / ".docker/config.json", auths=broken, credHelpers={f"other.{HOST}": "absent"})
    assert gather() == LoginSource(None)
    write(home / ".docker/config.json", auths={**broken, HOST: auth("alice")})
    assert (user(gather()), gather().unreadable) == ("alice", ())


def test_none_is_looked_for_where_it_does_not_belong(home: Path) -> None:
    path = write(home / ".docker/config.json", auths={HOST: auth("alice"), f"{HOST}:80": auth("alice")})
    given = Login("bob", Secret("correct horse", "password"))
    assert gather(login=given) == LoginSource(given)
    assert gather(anonymous=True) == LoginSource(None)
    assert gather(offline=True) == LoginSource(None)
    assert gather(root=home) == LoginSource(None)
    assert user(gather(root=Path("/"))) == "alice"
    assert probe.gather(target=Target(), endpoints=Absent("none")) == LoginSource(None)
    assert gather(f"http://{HOST}").why_none == f"stored logins are not sent to http://{HOST}, which is not HTTPS"
    assert probe.network
    path.unlink()
    assert gather() == LoginSource(None)


def test_the_registry_is_called_by_its_usual_name_first() -> None:
    def names(url: str) -> tuple[str, ...]:
        return registry_names(Endpoint(url, Quote("", "")))

    assert names("https://r.example.com") == ("r.example.com", "r.example.com:443")
    assert names("http://r.example.com") == ("r.example.com", "r.example.com:80")
    assert names("http://r.example.com:443") == ("r.example.com:443",)
