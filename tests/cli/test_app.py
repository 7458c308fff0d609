"""How commands end: codes, complaints, and readers that go away."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import regdoctor as package
from regdoctor.redaction import Secret

Command = Callable[..., Any]


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["check", "all", "--nonsense"],
        ["check", "all", "--format"],
        ["check", "all", "--timeout", "soon"],
        ["check", "all", "--timeout", "0"],
        ["check", "all", "--timeout", "nan"],
        ["check", "all", "--show", "loud"],
        ["check", "all", "--dialect", "klingon"],
        ["check", "--strict"],
        ["check", "nothing_of_that_name"],
        ["check", "all", "--ignore", "nothing_of_that_name"],
        ["explain", "nothing_of_that_name"],
    ],
    ids=" ".join,
)
def test_wrong_words_are_answered_with_a_complaint_and_exit_code_2(regdoctor: Command, words: list[str]) -> None:
    ended = regdoctor(*words)

    assert ended.code == 2
    assert ended.out == ""
    assert ended.err
    assert "Traceback" not in ended.err
    assert "bug" not in ended.err


def test_a_wrong_option_is_answered_with_how_to_use_the_command(regdoctor: Command) -> None:
    err = regdoctor("check", "all", "--nonsense").err

    assert err.startswith("Usage: regdoctor check ")
    assert "--nonsense" in err


def test_help_flows_over_the_line_ends_of_the_source(regdoctor: Command) -> None:
    lines = regdoctor("capture", "run", "--help").out.splitlines()
    begins = next(number for number, line in enumerate(lines) if "Without a client it says" in line)

    # Each line is as full as the next word lets it be.
    for line, following in zip(lines[begins : begins + 3], lines[begins + 1 :], strict=False):
        assert len(line.rstrip()) + len(following.split()[0]) >= 78


@pytest.mark.parametrize("words", [[], ["check"], ["explain"], ["lab"]])
def test_a_command_alone_shows_its_help(regdoctor: Command, words: list[str]) -> None:
    ended = regdoctor(*words)

    assert "Usage:" in ended.out + ended.err
    assert "Traceback" not in ended.err
    assert "bug" not in ended.err


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["check", "--help"], ["explain", "-h"], ["lab", "--help"]])
def test_help_is_data(regdoctor: Command, words: list[str]) -> None:
    ended = regdoctor(*words)

    assert (ended.code, ended.err) == (0, "")
    assert "Usage:" in ended.out


@pytest.mark.parametrize("command", [[], ["check"], ["explain"]])
def test_help_has_an_example(regdoctor: Command, command: list[str]) -> None:
    assert "Example" in regdoctor(*command, "--help").out


def test_the_version_is_told_among_other_words_too(regdoctor: Command) -> None:
    ended = regdoctor("--version", "check")

    assert (ended.code, ended.out) == (0, f"regdoctor {package.__version__}\n")


def test_a_bug_is_told_with_its_traceback_and_without_secrets(
    regdoctor: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Secret("hunter-of-bugs", "password")

    def broken(*args: object) -> None:
        raise RuntimeError(f"with {secret.reveal()}")

    monkeypatch.setattr("regdoctor.pages.page", broken)
    ended = regdoctor("explain", "all")

    assert ended.code == 70
    assert ended.out == ""
    assert "RuntimeError: with [redacted password]" in ended.err
    assert ended.err.endswith("this is a bug in regdoctor; please report it with the lines above\n")
    assert "hunter" not in ended.err


def test_ctrl_c_is_130(regdoctor: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("regdoctor.pages.page", interrupted)
    ended = regdoctor("explain", "all")

    assert (ended.code, ended.out) == (130, "")


def piped(*words: str, read: int) -> tuple[int, str]:
    """Exit code and errors of a command whose reader goes away after some bytes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "regdoctor", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        process.stdout.read(read)
        process.stdout.close()
        err = process.stderr.read()
    return process.wait(60), err


def test_a_reader_that_goes_away_changes_neither_the_code_nor_anything_else(nobody: str) -> None:
    assert piped("explain", "all", read=1) == (0, "")
    assert piped("check", "--list", read=0) == (0, "")
    assert piped("check", "registry_unreachable", "--registry", nobody, read=0) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")  # noqa: PTH110
def test_a_full_disk_is_told_in_a_line() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "regdoctor", "explain", "all"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == f"regdoctor: cannot write to standard output: {os.strerror(errno.ENOSPC)}\n"


def test_closed_output_is_no_bug(nobody: str) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m regdoctor check registry_unreachable --registry "$1" >&- 2>&-', sys.executable, nobody],
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
