"""A file is told by how it begins; what is no recording is one line."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

import pytest

from regdoctor.exit_codes import UsageError
from regdoctor.traffic.opening import open_recording


@pytest.mark.parametrize(
    ("content", "is_flow"),
    [(b"3:abc}", True), (b'{"log": {}}', False), (b"\xef\xbb\xbf  [1]", False), (b"\n{}", False)],
)
def test_a_file_is_opened_at_its_beginning(content: bytes, is_flow: bool, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    file, told = open_recording(tmp_path / "a")
    with file:
        assert (file.read(), told) == (content, is_flow)


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "zlib").write_bytes(zlib.compress(b"{}" * 100_000))
    with zipfile.ZipFile(tmp_path / "zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.har", b"{}" * 100_000)
    for name in ("zlib", "zip"):
        file, is_flow = open_recording(tmp_path / name)
        with file:
            assert (len(file.read()), is_flow) == (200_000, False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b", "gunzip"),
        (b"<xml/>", "XML"),
        (b"plain words", "neither"),
        (b"PK\x03\x04", "zip"),
    ],
)
def test_what_is_none_is_one_line_with_its_name(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "recording"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=words) as caught:
        open_recording(path)

    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("names", [[], ["a.har", "b.har"], ["a.txt"]])
def test_a_zip_without_one_har_is_refused(names: list[str], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme", b"")
        for name in names:
            archive.writestr(name, b"{}")
    with pytest.raises(UsageError, match="one is due"):
        open_recording(tmp_path / "a.zip")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no ordinary file"):
        open_recording(tmp_path / "pipe")


def test_a_folder_and_what_is_not_there_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        open_recording(tmp_path)
    with pytest.raises(UsageError, match="No such file"):
        open_recording(tmp_path / "none")


def test_a_file_that_may_not_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything: the refusal is the system's, made here."""
    path = tmp_path / "a"
    path.write_bytes(b"{}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        open_recording(path)
