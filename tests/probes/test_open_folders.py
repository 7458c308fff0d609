"""Files in places that may be closed to us."""

from __future__ import annotations

from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.probes.open_folders import find_in_open_folders


def test_folders_that_cannot_be_entered_hold_nothing(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open/compose.yml").write_text("services: {}\n")
    (tmp_path / "closed").symlink_to("closed")
    installation = Installation(tmp_path, Dialect.COMPOSE, live=False)
    places = ("closed/*/compose.yml", "*/compose.yml", "open/compose.yml")
    assert find_in_open_folders(installation, FileKind.COMPOSE, *places) == (tmp_path / "open/compose.yml",)


def test_a_link_to_nothing_is_found_for_its_reader_to_say_so(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").symlink_to("gone.yml")
    installation = Installation(tmp_path, Dialect.COMPOSE, live=False)
    assert find_in_open_folders(installation, FileKind.COMPOSE, "compose.yml") == (tmp_path / "compose.yml",)


def test_files_named_by_hand_take_their_place(tmp_path: Path) -> None:
    named = (tmp_path / "mine.yml",)
    installation = Installation(tmp_path, Dialect.COMPOSE, live=False, named={FileKind.COMPOSE: named})
    assert find_in_open_folders(installation, FileKind.COMPOSE, "compose.yml") == named
