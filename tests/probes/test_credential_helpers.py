"""Credential helpers are asked as docker asks them; one that fails, hangs or floods is told, and shows no secret."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from regdoctor.probes import credential_helpers
from regdoctor.probes.credential_helpers import CredentialHelperError, ask_helper

CANARY = "Canary7c1f9d2e"
Helper = Callable[[str], str]


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Helper:
    """Puts a program docker-credential-test on PATH, of these lines of shell; gives its suffix."""

    def put(lines: str) -> str:
        program = tmp_path / "docker-credential-test"
        program.write_text(f"#!/bin/sh\n{lines}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return "test"

    return put


def test_it_gets_the_server_on_standard_input_and_gives_name_and_secret(helper: Helper) -> None:
    suffix = helper(
        'test "$1" = get && test "$(cat)" = registry.example.com:5050 && '
        f"""printf '{{"ServerURL":"x","Username":"alice","Secret":"{CANARY}"}}'"""
    )
    found = ask_helper(suffix, "registry.example.com:5050")
    assert found is not None
    assert (found[0], found[1].reveal()) == ("alice", CANARY)
    assert CANARY not in repr(found)


def test_one_that_keeps_none_is_no_error(helper: Helper) -> None:
    assert ask_helper(helper("echo credentials not found in native keychain; exit 1"), "r") is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("echo 'no keyring'; exit 2", "docker-credential-test failed with exit code 2: no keyring$"),
        (f"""echo '{{"Secret":"{CANARY}"}}'; exit 1""", "failed with exit code 1$"),
        (f"echo {CANARY}", "something that is not JSON$"),
        (f"""echo '{{"Secret":"{CANARY}"}}'""", "without Username and Secret$"),
        (f"""echo '["{CANARY}"]'""", "without Username and Secret$"),
        ("yes " + "[" * 500 + " | head -c 60000", "not JSON$"),
        ("yes", "more than 64 KiB$"),
        ("printf 'a\\033[31mb'; exit 3", r"exit code 3: a\?\[31mb$"),
    ],
)
def test_what_docker_could_not_use_either_is_told_without_the_secret(helper: Helper, lines: str, told: str) -> None:
    with pytest.raises(CredentialHelperError, match=told) as raised:
        ask_helper(helper(lines), "r")
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize("lines", ["sleep 60", "sleep 60 &\nexit 0", "exec >&-; sleep 60"])
def test_one_that_hangs_is_ended_with_what_it_started(
    helper: Helper, monkeypatch: pytest.MonkeyPatch, lines: str
) -> None:
    monkeypatch.setattr(credential_helpers, "_DEADLINE", 0.3)
    began = time.monotonic()
    with pytest.raises(CredentialHelperError, match="gave no answer within"):
        ask_helper(helper(lines), "r")
    assert time.monotonic() - began < 5


def test_a_program_that_is_missing_or_cannot_be_is_told(helper: Helper, tmp_path: Path) -> None:
    helper("exit 0")
    (tmp_path / "docker-credential-test").write_text("#!/no/such/shell\n")
    with pytest.raises(CredentialHelperError, match="docker-credential-test cannot be run: no such file"):
        ask_helper("test", "r")
    with pytest.raises(CredentialHelperError, match="docker-credential-absent is not on PATH"):
        ask_helper("absent", "r")
    with pytest.raises(CredentialHelperError, match="a name that no program could have"):
        ask_helper("../test", "r")
