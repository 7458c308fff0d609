"""Users and groups of the examined host decide who may read a file there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regdoctor.probes.accounts import Accounts

PASSWD = "root:x:0:0::/root:/bin/sh\ngit:x:998:997::/home/git:/bin/sh\nweb:x:33:33::/:/bin/sh\n"
GROUP = "root:x:0:\ngit:x:997:\nssl:x:110:web,git\nweb:x:33:\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host's tree."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(PASSWD)
    (tmp_path / "etc/group").write_text(GROUP)
    return tmp_path


def file(mode: int, uid: int, gid: int) -> os.stat_result:
    """What stat(2) says of a regular file."""
    return os.stat_result((0o100000 | mode, 1, 1, 1, uid, gid, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "may"),
    [
        (0o400, 998, 0, True),
        (0o044, 998, 997, False),  # the owner's class decides, though the others may
        (0o040, 0, 997, True),
        (0o040, 0, 110, True),  # by /etc/group
        (0o004, 0, 110, False),
        (0o004, 0, 0, True),
        (0o640, 0, 0, False),
    ],
)
def test_the_first_class_that_fits_decides(root: Path, mode: int, uid: int, gid: int, may: bool) -> None:
    assert Accounts(root).may_read("git", file(mode, uid, gid)) is may


def test_number_0_reads_everything_and_an_unknown_user_is_not_judged(root: Path) -> None:
    assert Accounts(root).may_read("root", file(0, 998, 998)) is True
    assert Accounts(root).may_read("gitlab", file(0o444, 0, 0)) is None


def test_owners_have_the_hosts_names_or_numbers(root: Path) -> None:
    assert Accounts(root).owner(998, 110) == "git:ssl"
    assert Accounts(root).owner(5, 6) == "5:6"


def test_missing_and_broken_files_leave_numbers(root: Path) -> None:
    (root / "etc/group").unlink()
    (root / "etc/passwd").write_bytes(
        b"git:x:\xb2:1:\n\xff\xfe\ngit\ngit:x:\xc2\xb2:1:::\n" + b"git:x:" + b"9" * 5000 + b":1:\n"
    )
    accounts = Accounts(root)
    assert accounts.owner(998, 997) == "998:997"
    assert accounts.may_read("git", file(0o444, 0, 0)) is None


def test_this_machines_accounts_are_not_asked_for_a_linked_file(root: Path) -> None:
    (root / "etc/passwd").rename(root / "etc/accounts")
    (root / "etc/passwd").symlink_to("/etc/accounts")
    assert Accounts(root).owner(998, 0) == "git:root"


def test_a_user_has_its_numbers_its_groups_and_its_home(root: Path) -> None:
    accounts = Accounts(root)

    assert accounts.numbers("git") == (998, 997)
    assert accounts.numbers("nobody") is None
    assert accounts.groups_of("git") == {997, 110}
    assert (accounts.name_of(33), accounts.name_of(34)) == ("web", "34")
    assert accounts.homes() == {"/home/git": 998, "/": 33}
