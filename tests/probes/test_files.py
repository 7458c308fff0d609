"""Reading a file: whatever stands at the path, an answer comes at once, and it names the file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from regdoctor.formats.located import UnreadableError
from regdoctor.probes.files import read_file


def _refusal(path: Path, cap: int = 1024) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_file(path, cap)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_whole_content_is_given(tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_bytes(b"version: 0.1\n\0\xff")
    assert read_file(file) == b"version: 0.1\n\0\xff"
    link = tmp_path / "link"
    link.symlink_to(file)
    assert read_file(link) == b"version: 0.1\n\0\xff"


def test_a_file_of_exactly_the_cap_is_read_and_a_byte_more_is_too_big(tmp_path: Path) -> None:
    file = tmp_path / "big"
    file.write_bytes(b"x" * 1024)
    assert len(read_file(file, 1024)) == 1024
    file.write_bytes(b"x" * 1025)
    assert _refusal(file) == f"{file}: bigger than 1,024 bytes, which is too big for such a file"
    file.write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    with pytest.raises(UnreadableError, match="bigger than 2 MiB"):
        read_file(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "none") == f"{tmp_path}/none: no such file"
    (tmp_path / "file").touch()
    assert _refusal(tmp_path / "file" / "x").endswith("a part of its path is not a directory")


def test_a_link_to_nothing_says_where_it_leads(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("gone")
    assert _refusal(link) == f"{link}: a symbolic link to gone, which is not there"


def test_a_loop_of_links_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert _refusal(tmp_path / "a") == f"{tmp_path}/a: a loop of symbolic links"


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert _refusal(tmp_path) == f"{tmp_path}: a directory, not a file"
    assert _refusal(tmp_path / "pipe") == f"{tmp_path}/pipe: a named pipe, not a file"
    assert _refusal(Path("/dev/zero")) == "/dev/zero: a character device, not a file"
    with socket.socket(socket.AF_UNIX) as listener:
        # By its short relative name: a socket's path has at most 107 bytes.
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            listener.bind("socket")
        assert _refusal(tmp_path / "socket") == f"{tmp_path}/socket: a socket, not a file"


def test_what_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "key"
    file.touch(mode=0o000)
    if os.geteuid() == 0:  # root may read everything
        monkeypatch.setattr(os, "open", refuse)
    assert _refusal(file) == f"{file}: permission denied"


def test_a_pipe_that_took_the_files_place_in_between_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    regular = (tmp_path / "file").stat()
    monkeypatch.setattr(Path, "stat", lambda *_, **__: regular)
    assert _refusal(tmp_path / "pipe") == f"{tmp_path}/pipe: a named pipe, not a file"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "a\nb\x1b[31m"])
def test_a_strange_name_is_one_clean_line(tmp_path: Path, name: str) -> None:
    assert _refusal(tmp_path / name).isprintable()
