"""Reading crontabs from the host's tree, and whether the files that they name are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import NotApplicableError
from regdoctor.probes.crontab import crontab


def _plant(root: Path, **files: str) -> Installation:
    for place, text in files.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text)
    return Installation(root, Dialect.PLAIN, live=False)


def test_every_crontab_of_the_host_is_read(tmp_path: Path) -> None:
    files = {
        "etc/crontab": "@daily root systemctl restart docker-registry\n",
        "etc/cron.d/gc": "\n5 4 * * 0 root registry garbage-collect /etc/c.yml\n",
        "var/spool/cron/crontabs/bob": "@daily registry garbage-collect /etc/none.yml\n",
        "etc/c.yml": "",
    }
    found = crontab.gather(_plant(tmp_path, **files))
    assert [(item.job.user, item.job.place.line, item.config_there) for item in found.collections] == [
        ("root", 2, True),
        ("bob", 1, False),
    ]
    assert [job.command for job in found.others] == ["systemctl restart docker-registry"]


def test_a_path_that_cannot_be_followed_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "gc").write_text("@daily root registry garbage-collect /etc/none.yml\n")
    named = {FileKind.CRON: (tmp_path / "gc",)}
    found = crontab.gather(Installation(None, Dialect.PLAIN, live=False, named=named))
    assert [item.config_there for item in found.collections] == [None]
    found = crontab.gather(
        _plant(tmp_path, **{"etc/cron.d/gc": "@daily root registry garbage-collect $CONFIG c.yml\n"})
    )
    assert [item.config_there for item in found.collections] == [None]


def test_crontabs_without_a_registry_do_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="runs anything of a registry"):
        crontab.gather(_plant(tmp_path, **{"etc/crontab": "@daily root backup\n"}))


def test_a_crontab_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "etc/cron.d/gc").mkdir(parents=True)
    with pytest.raises(UnreadableError, match="gc: a directory, not a file"):
        crontab.gather(Installation(tmp_path, Dialect.PLAIN, live=False))
