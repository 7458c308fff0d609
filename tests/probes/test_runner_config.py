"""Reading GitLab Runner's config.toml from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.runner_config import runner_config

PLACE = "etc/gitlab-runner/config.toml"


def _plant(root: Path, text: str) -> Installation:
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).write_text(text)
    return Installation(root, Dialect.PLAIN, live=False)


def test_the_hosts_file_is_read(tmp_path: Path) -> None:
    (file,) = runner_config.gather(_plant(tmp_path, "a = 1\n")).files
    assert file.source == str(tmp_path / PLACE)
    assert file.tree.at("a") is not None


def test_files_named_by_hand_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("b = 1\n")
    named = {FileKind.RUNNER: (tmp_path / "mine",)}
    (file,) = runner_config.gather(Installation(None, Dialect.PLAIN, live=False, named=named)).files
    assert file.tree.at("b") is not None


def test_none_does_not_apply_and_a_broken_one_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no config"):
        runner_config.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
    with pytest.raises(CouldNotGatherError, match=r":1: not TOML"):
        runner_config.gather(_plant(tmp_path, "a\n"))
