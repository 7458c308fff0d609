"""What --list, --plan and --coverage show."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from regdoctor.catalogue import checks
from regdoctor.distribution.failure_modes import FAILURE_MODES
from tests.cli.conftest import Command


def test_the_plan_names_what_is_written_and_asks_nobody(
    regdoctor: Command, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    for way in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, way, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    ended = regdoctor("check", "all", "--registry", nobody, "--plan")

    assert (ended.code, ended.err) == (0, "")
    assert f"To examine {nobody}, regdoctor would read:" in ended.out
    assert "and, with --allow-writes only, write:\n  upload_start: starts one upload" in ended.out
    allowed = regdoctor("check", "all", "--registry", nobody, "--plan", "--allow-writes")
    assert "\nand write:\n  upload_start: " in allowed.out
    assert "and write nothing.\n" in regdoctor("check", "tls", "--registry", nobody, "--plan").out


def test_the_plan_says_what_is_examined_whatever_it_was_named_by(regdoctor: Command, tmp_path: Path) -> None:
    assert regdoctor("check", "tls", "--plan").out.startswith("To examine /, ")
    assert regdoctor("check", "tls", "--plan", "--root", tmp_path).out.startswith(f"To examine {tmp_path}, ")
    debug = regdoctor("check", "debug", "--plan", "--debug-url", "http://127.0.0.1:5001").out
    assert debug.startswith("To examine http://127.0.0.1:5001, ")
    assert f"{tmp_path / 'a.yml'}, regdoctor" in regdoctor("check", "tls", "--plan", "--config", tmp_path / "a.yml").out


def test_the_list_names_every_check_once(regdoctor: Command) -> None:
    ended = regdoctor("check", "--list")

    assert (ended.code, ended.err) == (0, "")
    for item in checks():
        assert ended.out.count(f"\n  {item.name} ") == 1
        assert item.title in ended.out


def test_the_list_of_a_family_names_its_checks_and_those_of_its_failure_modes(regdoctor: Command) -> None:
    shown = regdoctor("check", "tls", "--list").out

    assert "\ntls\n  " in f"\n{shown}"
    assert "insecure_registry_with_scheme" in shown
    assert "\n  authority_unknown " in shown
    assert "token_key_mismatch" not in shown


def test_the_coverage_names_every_failure_mode_with_its_checks_and_tests_that_are_there(regdoctor: Command) -> None:
    shown = regdoctor("check", "--coverage").out
    modes = re.findall(r"^([A-Z0-9]+-[0-9]{2}b?) ", shown, re.M)
    tests = re.findall(r"^ {9}(\w+): (tests/\S+)$", shown, re.M)

    assert modes == list(FAILURE_MODES)
    assert len(modes) == 229
    assert {name for name, _ in tests} == {item.name for item in checks() if item.failure_modes}
    assert all((Path(__file__).parents[2] / path).is_file() for _, path in tests)
    detected = {mode for item in checks() for mode in item.failure_modes}
    assert shown.endswith(f"{len(detected)} of 229 failure modes are detected.\n")
    assert "regdoctor lab break token-key-mismatch" in shown


def test_the_coverage_of_a_family_is_about_its_failure_modes_alone(regdoctor: Command) -> None:
    shown = regdoctor("check", "clock", "--coverage").out

    assert "AUTH-08" in shown
    assert "TLS-01" not in shown


def test_no_check_stands_for_a_failure_mode_that_the_domain_does_not_know() -> None:
    assert {mode for item in checks() for mode in item.failure_modes} <= set(FAILURE_MODES)
