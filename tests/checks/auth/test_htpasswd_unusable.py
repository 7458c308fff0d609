"""Who cannot log in is named, and the hash is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass, Quote, Severity, Unknown
from regdoctor.checks.auth.htpasswd_unusable import htpasswd_unusable
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.htpasswd import HtpasswdFile
from regdoctor.formats.htpasswd import parse_htpasswd

if TYPE_CHECKING:
    from tests.checks.conftest import Given

BCRYPT = "$2y$05$" + "a" * 53
APR1 = "$apr1$saltsalt$Zd8oJ1yq0b3l5m7n9p2r4."


def users(text: str, state: FileState = FileState.READABLE, problem: str = "") -> HtpasswdFile:
    named = Quote("/etc/docker/registry/config.yml", "auth.htpasswd.path: /auth/htpasswd", 9)
    return HtpasswdFile(named, "/auth/htpasswd", "/auth/htpasswd", state, problem, parse_htpasswd(text.encode()))


def test_bcrypt_passes(given: Given) -> None:
    outcome = given.outcome(htpasswd_unusable, users=users(f"# people\nanna:{BCRYPT}\n\nbert:{BCRYPT}\n"))
    assert outcome == Pass("/auth/htpasswd: 2 with bcrypt hashes")


def test_another_hash_is_named_with_its_user_and_line_and_not_shown(given: Given) -> None:
    (fail,) = given.fails(htpasswd_unusable, users=users(f"anna:{BCRYPT}\nbert:{APR1}\n"))

    assert "bert" in fail.message
    assert "anna" not in fail.message
    assert [(quote.line, quote.quote) for quote in fail.evidence[1:]] == [(2, "bert: MD5 (apr1)")]
    assert fail.evidence[0].line == 9
    assert fail.remedy[Dialect.PLAIN].commands == ("sudo htpasswd -B /auth/htpasswd bert",)
    assert "apr1$" not in repr(fail)


def test_a_line_without_a_colon_is_a_finding_of_its_own(given: Given) -> None:
    broken, refused = given.fails(htpasswd_unusable, users=users(f"hunter2\nbert:{APR1}\n"))

    assert "line without a colon (1)" in broken.message
    assert "hunter2" not in repr(broken)
    assert "bert" in refused.message


@pytest.mark.parametrize(
    ("state", "words", "severity"),
    [
        (FileState.MISSING, "the one user docker", Severity.WARNING),
        (FileState.DIRECTORY, "is a directory", None),
        (FileState.EMPTY, "holds no user", None),
    ],
)
def test_a_file_that_is_none_is_a_finding(
    given: Given, state: FileState, words: str, severity: Severity | None
) -> None:
    (fail,) = given.fails(htpasswd_unusable, users=users("", state))

    assert words in fail.message
    assert fail.severity is severity
    assert fail.resource == "/auth/htpasswd"
    assert any("htpasswd -B" in command for command in fail.remedy[Dialect.PLAIN].commands)


def test_a_file_that_cannot_be_read_is_unknown(given: Given) -> None:
    outcome = given.outcome(
        htpasswd_unusable, users=users("", FileState.UNREADABLE, "/auth/htpasswd: permission denied")
    )
    assert outcome == Unknown("/auth/htpasswd: permission denied")


def test_a_users_name_that_a_shell_would_take_apart_is_in_no_command(given: Given) -> None:
    (fail,) = given.fails(htpasswd_unusable, users=users("a;reboot:x\nbert:x\n"))
    assert fail.remedy[Dialect.PLAIN].commands == ("sudo htpasswd -B /auth/htpasswd bert",)


def test_many_users_are_counted(given: Given) -> None:
    (fail,) = given.fails(htpasswd_unusable, users=users("".join(f"u{number}:x\n" for number in range(8))))
    assert "u0, u1, u2, u3, u4 and 3 more" in fail.message
