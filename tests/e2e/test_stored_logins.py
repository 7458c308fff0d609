"""A login that a real client stored, or a real credential helper keeps, is found, used and named, and never shown."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from regdoctor.checks.auth.stored_login_unreadable import stored_login_unreadable
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.processes import Processes
from regdoctor.lab.skopeo import log_in
from regdoctor.lab.stack import Stack
from tests.cli.token_realm import IDENTITY, ISSUER, PASSWORD, SERVICE, serving
from tests.conftest import _pair
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.own_docker import OwnDocker

StackWith = Callable[[str | None], Stack]
WRONG = "Canary7c1f9d2e"


def run(stack: Stack, folder: Path, words: list[str], **variables: str) -> dict[str, Any]:
    """The JSON that regdoctor writes, in a home of its own with these variables; no password is in it."""
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    names = ("DOCKER_CONFIG", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME")
    kept: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if name not in names and not name.startswith("CI_")
    }
    words = [*words, "--ca-file", str(stack.tree.ca_file), "--format", "json"]
    done = warm_runs.run(words, stdin="", environment={**kept, **own, **variables})
    assert "Traceback" not in done.stderr, done.stderr
    for secret in (stack.material.password, WRONG, PASSWORD, IDENTITY):
        assert secret not in done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def login_check(stack: Stack, folder: Path, *more: str, **variables: str) -> dict[str, Any]:
    """The row of login_unauthorized, of `check all` on the public address alone."""
    report = run(stack, folder, ["check", "all", "--registry", stack.settings.registry_url, *more], **variables)
    (row,) = (row for row in report["outcomes"] if row["check"] == "login_unauthorized")
    assert isinstance(row, dict)
    return row


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Puts a credential helper that keeps this password on PATH, and names it to docker; gives the variables."""

    def put(password: str) -> dict[str, str]:
        program = tmp_path / "bin/docker-credential-lab"
        program.parent.mkdir(exist_ok=True)
        answer = json.dumps({"ServerURL": "", "Username": LOGIN, "Secret": password})
        (tmp_path / "answer").write_text(answer)
        program.write_text(f'#!/bin/sh\nread -r server\necho "$server" > {tmp_path}/asked\ncat {tmp_path}/answer\n')
        program.chmod(0o755)
        (tmp_path / "config.json").write_text('{"credsStore": "lab"}')
        return {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

    return put


def test_the_login_that_skopeo_stored_is_found_and_named(stack_with: StackWith, tmp_path: Path) -> None:
    stack = stack_with(None)
    authfile = tmp_path / "auth.json"
    done = log_in(stack, authfile)
    assert done.exit_code == 0, done.output

    row = login_check(stack, tmp_path, REGISTRY_AUTH_FILE=str(authfile))
    assert row["outcome"] == "pass"
    assert f"for {LOGIN} ({authfile}) is accepted" in row["message"]

    row = login_check(stack, tmp_path, "--anonymous", REGISTRY_AUTH_FILE=str(authfile))
    assert str(authfile) not in json.dumps(row)

    walk = run(stack, tmp_path, ["hops", stack.settings.registry_url], REGISTRY_AUTH_FILE=str(authfile))
    assert f"as {LOGIN} ({authfile})" in json.dumps(walk)


def test_what_a_credential_helper_keeps_is_used_and_it_is_named_where_the_login_is_refused(
    stack_with: StackWith, tmp_path: Path, keep: Callable[[str], dict[str, str]]
) -> None:
    stack = stack_with(None)
    row = login_check(stack, tmp_path, **keep(stack.material.password))
    assert (row["outcome"], (tmp_path / "asked").read_text().strip()) == ("pass", stack.settings.public_host)
    assert f"for {LOGIN} (docker-credential-lab) is accepted" in row["message"]

    row = login_check(stack, tmp_path, **keep(WRONG))
    assert row["outcome"] == "fail"
    assert f"for {LOGIN} (docker-credential-lab)" in row["message"]


def test_a_jobs_own_login_is_used_for_its_registry(stack_with: StackWith, tmp_path: Path) -> None:
    stack = stack_with(None)
    job = {"CI_REGISTRY_USER": LOGIN, "CI_REGISTRY_PASSWORD": stack.material.password}
    row = login_check(stack, tmp_path, CI_REGISTRY=stack.settings.public_host, **job)
    assert "(CI_REGISTRY_USER of this job) is accepted" in row["message"]
    row = login_check(stack, tmp_path, CI_REGISTRY="registry.elsewhere.example", **job)
    assert "CI_REGISTRY_USER" not in json.dumps(row)


def test_a_stored_login_that_cannot_be_read_is_told_and_one_that_can_is_not(
    stack_with: StackWith, tmp_path: Path, keep: Callable[[str], dict[str, str]]
) -> None:
    stack = stack_with(None)
    words = ["check", stored_login_unreadable.name, "--registry", stack.settings.registry_url]
    kept = keep(stack.material.password)
    (healthy,) = run(stack, tmp_path, words, **kept)["outcomes"]
    assert healthy["outcome"] == "pass"

    (broken,) = run(stack, tmp_path, words, DOCKER_AUTH_CONFIG=f'{{"auths": {WRONG}')["outcomes"]
    assert broken["outcome"] == "fail"
    assert broken["message"].startswith("Stored logins cannot be read: DOCKER_AUTH_CONFIG:1: not JSON")
    assert broken["message"].endswith("the registry was asked without a login")

    (tmp_path / "bin/docker-credential-lab").unlink()
    (missing,) = run(stack, tmp_path, words, **kept)["outcomes"]
    assert missing["message"].startswith(
        f"Stored logins cannot be read: docker-credential-lab is not on PATH (by {tmp_path}/config.json)"
    )


@pytest.fixture
def docker() -> Iterator[OwnDocker]:
    """A running daemon, in a folder with a short name: that of a socket may have 107 characters."""
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="own-") as folder:
        try:
            daemon = OwnDocker(Path(folder), processes)
            daemon.start()
            yield daemon
        finally:
            processes.stop_all()


def log_in_by(docker: OwnDocker, host: str, user: str, password: str) -> dict[str, Any]:
    """`docker login`; what its config.json then holds for the host."""
    code, said = docker.run("login", "--username", user, "--password-stdin", host, stdin=password.encode())
    assert code == 0, said
    entry = json.loads((docker.folder / "client/config.json").read_text())["auths"][host]
    assert isinstance(entry, dict)
    return entry


def test_the_logins_that_docker_stored_are_found_and_named(
    stack_with: StackWith, docker: OwnDocker, lone_registry: LoneRegistry, tmp_path: Path
) -> None:
    stack = stack_with(None)
    host, password = stack.settings.public_host, stack.material.password
    entry = log_in_by(docker, host, LOGIN, password)
    file = docker.folder / "client/config.json"

    row = login_check(stack, tmp_path, DOCKER_CONFIG=str(file.parent))
    assert row["outcome"] == "pass"
    assert f"for {LOGIN} ({file}) is accepted" in row["message"]

    def asked_as(*more: str, **variables: str) -> str:
        words = ["token", "request", stack.settings.registry_url, PROJECT, *more]
        return str(run(stack, tmp_path, words, **variables)["request"]["walked"][0])

    # As docker of old wrote it, and as a job of GitLab's is given it.
    for key in (f"https://{host}", f"https://{host}/v1/", f"http://{host}/v2/"):
        stored = json.dumps({"auths": {key: entry}})
        assert asked_as(DOCKER_AUTH_CONFIG=stored).endswith(f", as {LOGIN} (DOCKER_AUTH_CONFIG)")
    assert asked_as(DOCKER_CONFIG=str(file.parent)).endswith(f", as {LOGIN} ({file})")
    assert asked_as("--anonymous", DOCKER_CONFIG=str(file.parent)).endswith(", without a login")

    # A token service that gives a refresh token, which docker stores in place of the password.
    bundle = tmp_path / "bundle.crt"
    bundle.write_bytes(_pair(0)[0])
    with serving() as realm:
        realm.grants = {PROJECT: ("pull", "push")}
        trusted = f"service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {bundle}"
        at = f"http://127.0.0.1:{realm.port}/auth"
        lone_registry.serve(f"auth: {{token: {{realm: '{at}', {trusted}}}}}\n")
        stored_entry = log_in_by(docker, lone_registry.url.removeprefix("http://"), "me", PASSWORD)
        assert stored_entry["identitytoken"] == IDENTITY
        realm.asked.clear()

        words = ["token", "request", lone_registry.url, f"{PROJECT}:pull,push"]
        told = run(stack, tmp_path, words, DOCKER_CONFIG=str(file.parent))

        assert realm.asked == [("POST", IDENTITY)]
        assert told["result"] == "accepted"
        assert told["request"]["walked"][0].endswith(f", with the identity token in {file}")
