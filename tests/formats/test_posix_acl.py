"""Access control lists are read as the kernel keeps them, and decide as acl(5) has it."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.posix_acl import AclEntry, AclTag, granted_by_acl, parse_posix_acl

NONE = 2**32 - 1
LIST = ((1, 7, NONE), (2, 7, 500), (2, 0, 501), (4, 5, NONE), (8, 6, 60), (8, 1, 61), (16, 6, NONE), (32, 4, NONE))


def packed(*entries: tuple[int, int, int], version: int = 2) -> bytes:
    """As the attribute holds them."""
    return struct.pack("<I", version) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def test_every_entry_is_read() -> None:
    entries = parse_posix_acl(packed(*LIST))
    assert [(entry.tag, entry.bits, entry.number) for entry in entries] == list(LIST)
    assert entries[1] == AclEntry(AclTag.USER, 500, 7)


@pytest.mark.parametrize(
    "data", [b"", b"\2\0\0", packed(*LIST)[:-1], packed(*LIST, version=1), packed((3, 7, 0)), packed()]
)
def test_what_is_no_list_has_no_entries(data: bytes) -> None:
    assert parse_posix_acl(data) == ()


@given(st.binary(max_size=60))
def test_no_bytes_break_it(data: bytes) -> None:
    assert len(parse_posix_acl(data)) <= len(data)


@pytest.mark.parametrize(
    ("uid", "groups", "granted"),
    [
        (500, {70}, 6),  # named, by the mask
        (501, {60}, 0),  # named and kept out, whatever the group may
        (502, {60}, 6),
        (502, {61}, 0),  # x is masked away
        (502, {61, 60}, 6),
        (502, {50}, 4),  # the file's own group
        (502, {70}, 4),  # others, by no mask
    ],
)
def test_the_first_entry_that_fits_decides(uid: int, groups: set[int], granted: int) -> None:
    assert granted_by_acl(parse_posix_acl(packed(*LIST)), uid, frozenset(groups), 50, 7) == granted


def test_a_list_without_others_decides_nothing() -> None:
    assert granted_by_acl(parse_posix_acl(packed((1, 7, NONE))), 502, frozenset({70}), 50, 7) is None
