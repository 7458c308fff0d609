"""Where the addon's file is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.capture import addon_file as module
from regdoctor.capture.addon_file import addon_file


def test_in_a_source_tree_it_is_beside_the_package() -> None:
    path = addon_file()
    assert path.is_file()
    assert path.parts[-2:] == ("addons", "registry_traffic.py")


def test_in_a_wheel_it_is_within_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "regdoctor" / "capture"
    folder.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(folder / "addon_file.py"))
    with pytest.raises(FileNotFoundError, match="install it again"):
        addon_file()
    (folder / "registry_traffic.py").touch()
    assert addon_file() == folder / "registry_traffic.py"
