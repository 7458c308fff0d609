"""Reading registries.conf and its drop-ins from the host's tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.probe import NotApplicableError
from regdoctor.probes.registries_conf import registries_conf

PLACE = "etc/containers/registries.conf.d/one.conf"


def _plant(root: Path, text: str) -> Installation:
    (root / PLACE).parent.mkdir(parents=True)
    (root / PLACE).write_text(text)
    return Installation(root, Dialect.PLAIN, live=False)


def test_the_hosts_file_is_read(tmp_path: Path) -> None:
    (file,) = registries_conf.gather(_plant(tmp_path, "a = 1\n")).files
    assert file.source == str(tmp_path / PLACE)
    assert file.tree.at("a") is not None


def test_without_one_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="no registries"):
        registries_conf.gather(Installation(tmp_path, Dialect.PLAIN, live=False))


def test_the_drop_ins_come_after_the_file_by_name(tmp_path: Path) -> None:
    installation = _plant(tmp_path, "")
    for name in ("registries.conf", "registries.conf.d/00-first.conf", "registries.conf.d/readme.txt"):
        (tmp_path / "etc/containers" / name).write_text("")
    found = [Path(file.source).name for file in registries_conf.gather(installation).files]
    assert found == ["registries.conf", "00-first.conf", "one.conf"]
