"""Files of users: who is in them, how each password is hashed, and no hash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.htpasswd import HtpasswdEntry, parse_htpasswd

BODY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0"


@pytest.mark.parametrize(
    ("hashed", "scheme"),
    [
        (f"$2y$05${BODY}", "bcrypt"),
        (f"$2a$10${BODY}", "bcrypt"),
        (f"$2b$12${BODY}", "bcrypt"),
        (f"$2y$05${BODY[:-1]}", "a bcrypt hash that is cut short"),
        ("$apr1$saltsalt$0123456789012345678901", "MD5 (apr1)"),
        ("$1$saltsalt$0123456789012345678901", "MD5"),
        ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "SHA-1"),
        ("$5$salt$x", "SHA-256"),
        ("$6$salt$x", "SHA-512"),
        ("$y$j9T$x", "yescrypt"),
        ("$argon2id$v=19$x", "argon2"),
        ("", "nothing"),
        ("rqXexS6ZhobKA", "crypt or plain text"),
    ],
)
def test_the_kind_of_hash_is_told(hashed: str, scheme: str) -> None:
    (entry,) = parse_htpasswd(f"anna:{hashed}\n".encode())

    assert entry == HtpasswdEntry(1, "anna", scheme)
    assert entry.is_bcrypt is (scheme == "bcrypt")
    assert not entry.is_broken


def test_comments_and_empty_lines_are_passed_over_and_lines_are_counted() -> None:
    found = parse_htpasswd(f"# people\n\n  anna:$2y$05${BODY}  \r\n\nbert:x\n".encode())
    assert [(entry.line, entry.user, entry.is_bcrypt) for entry in found] == [(3, "anna", True), (5, "bert", False)]


def test_a_line_without_a_colon_is_broken_and_its_text_is_not_kept() -> None:
    (entry,) = parse_htpasswd(b"hunter2\n")
    assert entry.is_broken
    assert "hunter2" not in repr(entry)


def test_a_users_name_is_kept_in_one_printable_line() -> None:
    (entry,) = parse_htpasswd(b"an\x1b[31mna\xff" + b"x" * 100 + b":h\n")
    assert entry.user.isprintable()
    assert len(entry.user) == 64


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert all(entry.line >= 1 for entry in parse_htpasswd(data))
