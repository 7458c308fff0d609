"""What a command says is redacted; a file is written whole or not at all, and never instead of something else."""

from __future__ import annotations

import os
import pty
import stat
import threading
from pathlib import Path

import pytest

from regdoctor.cli import output
from regdoctor.exit_codes import UsageError
from regdoctor.redaction import Secret


def test_words_are_redacted_and_reports_are_left_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    secret = Secret("hunter-of-output", "password")
    output.write(f"a {secret.reveal()}\n")
    output.note(f"b {secret.reveal()}")
    output.write_report('{"key": "hunter"}\n')

    shown = capsys.readouterr()
    assert shown.out == 'a [redacted password]\n{"key": "hunter"}\n'
    assert shown.err == "b [redacted password]\n"


def test_a_file_is_written_whole_with_usual_permissions_and_nothing_beside_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        output.save(tmp_path / "a.json", "ä\n")
    finally:
        os.umask(before)

    assert (tmp_path / "a.json").read_bytes() == "ä\n".encode()
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640
    assert [left.name for left in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_is_there_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("old and long")
    file.chmod(0o600)

    output.save(file, "new")

    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_written_through_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real").write_text("old")

    output.save(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_descriptor_by_name_is_added_to_and_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("old\n")
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
    try:
        output.save(Path(f"/dev/fd/{descriptor}"), "new\n")
    finally:
        os.close(descriptor)

    assert file.read_text() == "old\nnew\n"


def test_a_pipe_is_filled_while_somebody_reads(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[str] = []
    opened = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(opened, True)
    # As long as this end is open, the reader does not take the time before the first byte for the end.
    held = os.open(tmp_path / "pipe", os.O_WRONLY | os.O_NONBLOCK)

    def reading() -> None:
        with open(opened) as file:  # noqa: PTH123 - a descriptor has no Path
            read.append(file.read())

    reader = threading.Thread(target=reading)
    text = "x" * 300_000
    writer = threading.Thread(target=output.save, args=(tmp_path / "pipe", text))
    writer.start()
    reader.start()
    writer.join(10)
    os.close(held)
    reader.join(10)

    assert read == [text]


def test_a_pipe_that_nobody_reads_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match=r"cannot write .*/pipe: No such device"):
        output.save(tmp_path / "pipe", "x")


@pytest.mark.parametrize("path", ["/proc/version", "/dev/full", "/proc/nothing"])
def test_what_cannot_be_written_is_told_in_a_line(path: str) -> None:
    with pytest.raises(UsageError, match=f"^cannot write {path}: "):
        output.save(Path(path), "x" * 100)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    file.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left on device"):
        output.save(file, "new")

    assert file.read_text() == "old"
    assert [left.name for left in tmp_path.iterdir()] == ["a.json"]


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal, os.fdopen(master, "rb"):
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("COLUMNS", "200")
        assert output.is_terminal()
        assert output.columns() == 100
        monkeypatch.setenv("NO_COLOR", "1")
        assert not output.is_terminal()
        monkeypatch.setattr("sys.stdout", None)
        assert not output.is_terminal()
        assert output.columns() == 80


def test_without_a_terminal_there_is_no_colour_and_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    assert not output.is_terminal()
    assert output.columns() == 80
