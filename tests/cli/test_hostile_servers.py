"""Whatever answers at the registry's address: a clear line in bounded time and memory, and no password for it."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e import warm_runs
from tests.hostile_servers import (
    HostileServer,
    Misbehaviour,
    answering,
    closes_at_once,
    endless_body,
    endless_headers,
    hostile,
    long_chain,
    not_http,
    one_byte_a_second,
    one_endless_header,
    says_nothing,
    sending_uploads_to,
)

PASSWORD = "canary-7f1d9b-correct-horse"
API = "Docker-Distribution-Api-Version: registry/2.0"
_MEMORY = 3 << 30
"""Bytes of address space, threads' stacks and mapped libraries included; an endless body would take it in seconds."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def regdoctor(tmp_path: Path) -> Run:
    """Run it with a login, with bounds of the operating system about it."""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        login = ("--username", "lab", "--password-stdin", "--timeout", "8")
        began = time.monotonic()
        done = warm_runs.run([*words, *login], stdin=PASSWORD, environment=environment, memory=_MEMORY)
        assert time.monotonic() - began < 60, "a hang"
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        assert PASSWORD not in said
        assert "\x1b" not in said
        return done

    return run


def assert_no_password(server: HostileServer) -> None:
    """No byte that a server was sent is the password's, nor a token for it."""
    encoded = base64.b64encode(f"lab:{PASSWORD}".encode())
    assert PASSWORD.encode() not in server.everything_received
    assert encoded not in server.everything_received


def assert_clear(server: HostileServer, done: subprocess.CompletedProcess[str]) -> None:
    """It ended as it ends, said something, and the server has nothing of the password."""
    assert done.returncode in (0, 1, 2, 3), done.stderr
    assert done.stdout.strip() or done.stderr.strip()
    assert server.connections
    assert_no_password(server)


COMMANDS = {"check": ("check", "tls", "proxy", "registry", "--registry"), "hops": ("hops",)}


def test_silent_and_slow_registries_get_a_clear_line_and_no_password(regdoctor: Run) -> None:
    cases = list(itertools.product((says_nothing, one_byte_a_second), COMMANDS.values()))
    with ExitStack() as open_servers, ThreadPoolExecutor(len(cases)) as threads:
        # Each takes until --timeout; side by side they wait for it together.
        servers = [open_servers.enter_context(hostile(misbehave)) for misbehave, _ in cases]
        words = [(*command, server.url) for server, (_, command) in zip(servers, cases, strict=True)]
        runs = list(threads.map(lambda one: regdoctor(*one), words))
        for server, done in zip(servers, runs, strict=True):
            assert_clear(server, done)


@pytest.mark.parametrize(
    "misbehave",
    [
        endless_headers,
        one_endless_header,
        endless_body,
        not_http,
        closes_at_once,
        answering("301 Moved Permanently", "Location: http://127.0.0.1:@PORT@/v2/"),
        answering("307 Temporary Redirect", "Location: file:///etc/passwd"),
        answering("302 Found", "Location: http://169.254.169.254/latest/meta-data/"),
        answering("202 Accepted", API, "Location: http://[::1/not\\a url"),
        answering("401 Unauthorized", API, 'WWW-Authenticate: Bearer realm="' + "x" * 60000),
        answering("200 OK", API, "Content-Encoding: gzip", body=b"this is no gzip"),
        answering("200 OK", API, body=b"[" * 100_000),
    ],
    ids=lambda item: getattr(item, "__name__", "answering"),
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_hostile_registry_gets_a_clear_line_and_no_password(
    command: str, misbehave: Misbehaviour, regdoctor: Run
) -> None:
    with hostile(misbehave) as server:
        assert_clear(server, regdoctor(*COMMANDS[command], server.url))


@pytest.mark.parametrize("command", ["check", "hops"])
def test_a_chain_of_two_hundred_certificates_is_borne(command: str, regdoctor: Run, tmp_path: Path) -> None:
    with hostile(answering("200 OK", API, body=b"{}"), long_chain(tmp_path)) as server:
        words = ("check", "tls", "--registry") if command == "check" else ("hops",)
        done = regdoctor(*words, server.url)

        assert done.returncode in (1, 3), done.stderr
        assert server.connections
        assert_no_password(server)


@pytest.mark.parametrize("command", ["check", "hops"])
def test_a_name_that_resolves_to_nothing_is_named(command: str, regdoctor: Run) -> None:
    words = ("check", "registry", "--registry") if command == "check" else ("hops",)
    done = regdoctor(*words, "http://registry.invalid:5000")

    assert done.returncode in (1, 3), done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "registry.invalid" in said
    assert "does not resolve" in said


def test_a_realm_elsewhere_by_plain_http_gets_no_password(regdoctor: Run) -> None:
    with hostile(answering("200 OK", body=b'{"token": "x"}')) as elsewhere:
        realm = f'WWW-Authenticate: Bearer realm="http://127.0.0.2:{elsewhere.port}/jwt/auth",service="registry"'
        with hostile(answering("401 Unauthorized", API, realm)) as server:
            for words in (("check", "all", "--allow-writes", "--registry"), ("hops", "--push")):
                regdoctor(*words, server.url)
            assert server.connections
            assert_no_password(server)
        assert_no_password(elsewhere)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:@ELSEWHERE@/v2/a/blobs/uploads/1",
        "//127.0.0.1:@ELSEWHERE@/v2/a",
        "file:///etc/passwd",
        "\\\\x",
    ],
)
def test_a_location_elsewhere_is_not_followed(location: str, regdoctor: Run) -> None:
    with hostile(answering("200 OK", body=b"{}")) as elsewhere:
        leads = location.replace("@ELSEWHERE@", str(elsewhere.port))
        with hostile(sending_uploads_to(leads)) as server:
            for words in (("check", "proxy", "--allow-writes", "--registry"), ("hops", "--push")):
                done = regdoctor(*words, server.url)
                assert done.returncode in (0, 1, 3), done.stderr
            assert server.connections
        assert not elsewhere.connections


@pytest.mark.parametrize("command", ["check", "hops"])
@pytest.mark.parametrize(
    "location",
    [
        "/v2" * 10_000 + "/blobs/uploads" * 2300,
        "/v2/regdoctor/upload-test/blobs/uploads/" * 1500,
        "/v2/regdoctor/upload-test/blobs/uploads/1?_state=" + "%2F" * 20_000,
    ],
    ids=["path", "repeated", "query"],
)
def test_a_location_of_sixty_kilobytes_costs_no_time(command: str, location: str, regdoctor: Run) -> None:
    with hostile(sending_uploads_to(location)) as server:
        words = ("check", "proxy", "--allow-writes", "--registry") if command == "check" else ("hops", "--push")
        began = time.monotonic()
        done = regdoctor(*words, server.url)

        assert done.returncode in (0, 1, 3), done.stderr
        assert time.monotonic() - began < 20  # --timeout 8, and what a slow machine needs to start
        assert b"POST /v2/regdoctor/upload-test/blobs/uploads/ " in server.everything_received
        assert len(done.stdout) < 100_000


def test_the_json_of_hops_is_whole_where_the_server_is_hostile(regdoctor: Run) -> None:
    with hostile(not_http) as server:
        done = regdoctor("hops", server.url, "--format", "json")

        assert json.loads(done.stdout)["schema"] == "regdoctor.hops/1"
