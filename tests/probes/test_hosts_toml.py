"""Reading containerd's hosts.toml from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.hosts_toml import hosts_toml

PLACE = "etc/containerd/certs.d/r.example.com/hosts.toml"


def _plant(root: Path, text: str) -> Installation:
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).write_text(text)
    return Installation(root, Dialect.PLAIN, live=False)


def test_the_hosts_file_is_read(tmp_path: Path) -> None:
    (file,) = hosts_toml.gather(_plant(tmp_path, "a = 1\n")).files
    assert file.source == str(tmp_path / PLACE)
    assert file.tree.at("a") is not None


def test_files_named_by_hand_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("b = 1\n")
    named = {FileKind.HOSTS_TOML: (tmp_path / "mine",)}
    (file,) = hosts_toml.gather(Installation(None, Dialect.PLAIN, live=False, named=named)).files
    assert file.tree.at("b") is not None


def test_none_does_not_apply_and_a_broken_one_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no hosts"):
        hosts_toml.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
    with pytest.raises(CouldNotGatherError, match=r":1: not TOML"):
        hosts_toml.gather(_plant(tmp_path, "a\n"))
