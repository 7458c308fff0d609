"""Access control lists of files as Linux keeps them in the extended attribute system.posix_acl_access."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

_VERSION = 2
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")


class AclTag(enum.IntEnum):
    """Whom an entry is about (linux/posix_acl_xattr.h)."""

    OWNER = 0x01
    USER = 0x02
    GROUP_OF_FILE = 0x04
    GROUP = 0x08
    MASK = 0x10
    OTHERS = 0x20


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One line of getfacl(1)."""

    tag: AclTag
    number: int
    """The user's or the group's, of USER and GROUP; of no meaning elsewhere."""
    bits: int
    """Read 4, write 2 and execute 1 together."""


def parse_posix_acl(data: bytes) -> tuple[AclEntry, ...]:
    """The entries; empty for what is no list of version 2, the only one there is."""
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _VERSION or (len(data) - _HEAD.size) % _ENTRY.size:
        return ()
    try:
        return tuple(
            AclEntry(AclTag(tag), number, bits & 7) for tag, bits, number in _ENTRY.iter_unpack(data[_HEAD.size :])
        )
    except ValueError:
        return ()  # a tag that nobody knows


def granted_by_acl(
    entries: tuple[AclEntry, ...], uid: int, groups: frozenset[int], gid_of_file: int, needed: int
) -> int | None:
    """The bits of `needed` that a list gives to somebody who does not own the file; None where no entry is of a kind
    that every list has.

    acl(5), "access check algorithm": a named user by the mask; else any group of his that gives all that is needed,
    by the mask; else, where a group of his is named, nothing; else what others have. Where no group gives all, the
    most that one of them gives.
    """
    mask = next((entry.bits for entry in entries if entry.tag is AclTag.MASK), 7)
    named = next((entry for entry in entries if entry.tag is AclTag.USER and entry.number == uid), None)
    if named is not None:
        return named.bits & mask & needed
    of_groups = [
        entry.bits & mask & needed
        for entry in entries
        if (entry.tag is AclTag.GROUP_OF_FILE and gid_of_file in groups)
        or (entry.tag is AclTag.GROUP and entry.number in groups)
    ]
    if of_groups:
        return max(of_groups, key=lambda bits: (bits == needed, bits.bit_count()))
    others = next((entry for entry in entries if entry.tag is AclTag.OTHERS), None)
    return None if others is None else others.bits & needed
