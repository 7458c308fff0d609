"""Reading containerd's hosts.toml from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.probe import NotApplicableError
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


def test_without_one_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no hosts"):
        hosts_toml.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
