"""What the mode of a folder gives to an account, and where it does not decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.storage_folder import ENTER, READ, WRITE, Account, Folder
from regdoctor.formats.posix_acl import AclEntry, AclTag

SAID = Quote("/proc/7/status", "uid 102")


def _folder(mode: int, uid: int = 0, gid: int = 0, *, acl: bool = False) -> Folder:
    return Folder("/srv", uid, gid, mode, "a:b", WRITE | ENTER, acl)


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "lacking"),
    [
        (0o700, 102, 0, 0),
        (0o077, 102, 105, WRITE | ENTER),  # the owner's class decides, though the others may
        (0o770, 0, 105, 0),
        (0o750, 0, 105, WRITE),
        (0o755, 0, 0, WRITE),
        (0o766, 0, 0, ENTER),
        (0o777, 0, 0, 0),
    ],
)
def test_the_first_class_that_fits_decides(mode: int, uid: int, gid: int, lacking: int) -> None:
    account = Account("registry", 102, frozenset((105,)), SAID)

    assert _folder(mode, uid, gid).lacking(account, WRITE | ENTER) == lacking


def test_one_that_overrides_modes_lacks_nothing() -> None:
    assert _folder(0, 5, 5).lacking(Account("root", 0, frozenset(), SAID, overrides=True), READ | WRITE) == 0


@pytest.mark.parametrize(("uid", "gid", "lacking"), [(5000, 5000, 0), (5000, 7, WRITE), (7, 5000, WRITE)])
def test_root_of_a_user_namespace_overrides_modes_where_owner_and_group_are_known_there(
    uid: int, gid: int, lacking: int
) -> None:
    known = (range(5000, 5001), range(100_000, 165_536))
    root = Account("5001", 5001, frozenset(), SAID, overrides=True, override_uids=known, override_gids=known)

    assert _folder(0o555, uid, gid).lacking(root, WRITE | ENTER) == lacking


def test_an_access_control_list_that_was_read_decides_where_all_groups_are_known() -> None:
    account = Account("registry", 102, frozenset((105,)), SAID)
    entries = (AclEntry(AclTag.USER, 102, READ | ENTER), AclEntry(AclTag.MASK, 0, 7), AclEntry(AclTag.OTHERS, 0, 7))
    listed = replace(_folder(0o777, acl=True), acl=entries)

    assert listed.lacking(account, WRITE | ENTER) == WRITE
    assert listed.lacking(replace(account, all_groups=False), WRITE) is None
    assert "with an access control list" in listed.quote.quote


def test_an_access_control_list_leaves_only_the_owner_sure() -> None:
    account = Account("registry", 102, frozenset((105,)), SAID)

    assert _folder(0o777, acl=True).lacking(account, WRITE) is None
    assert _folder(0o500, 102, acl=True).lacking(account, WRITE) == WRITE


def test_a_group_that_may_be_given_by_a_unit_leaves_it_open() -> None:
    account = Account("registry", 102, frozenset((105,)), SAID, all_groups=False)

    assert _folder(0o770, 0, 9).lacking(account, WRITE) is None
    assert _folder(0o755, 0, 9).lacking(account, WRITE) == WRITE
