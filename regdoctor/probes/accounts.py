"""The users and groups of the examined host, from its own /etc/passwd and /etc/group."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import read_below


class Accounts:
    """Names and memberships as the host below `root` has them, which need not be this machine's."""

    def __init__(self, root: Path) -> None:
        """Read both files; one that is missing leaves numbers in place of names."""
        self._users = {row[0]: (int(row[2]), int(row[3])) for row in _rows(root, "etc/passwd") if _is_number(row[3])}
        self._groups = {row[0]: (int(row[2]), set(row[3].split(","))) for row in _rows(root, "etc/group")}
        self._homes = {row[0]: row[5] for row in _rows(root, "etc/passwd") if len(row) >= 6}

    def numbers(self, user: str) -> tuple[int, int] | None:
        """The numbers of a user and of its first group; None where the host has no such user."""
        return self._users.get(user)

    def groups_of(self, user: str) -> frozenset[int]:
        """The numbers of all groups of a user that the host has: the first one, and those that list it."""
        first = {self._users[user][1]} if user in self._users else set()
        return frozenset(first | {number for number, members in self._groups.values() if user in members})

    def name_of(self, uid: int) -> str:
        """The user's name, or its number."""
        return next((name for name, (number, _) in self._users.items() if number == uid), str(uid))

    def homes(self) -> dict[str, int]:
        """The home folders of users other than root, as the host calls them, each with its user's number."""
        return {home: self._users[user][0] for user, home in self._homes.items() if self._users.get(user, (0,))[0]}

    def owner(self, uid: int, gid: int) -> str:
        """`user:group`."""
        user = next((name for name, (number, _) in self._users.items() if number == uid), str(uid))
        group = next((name for name, (number, _) in self._groups.items() if number == gid), str(gid))
        return f"{user}:{group}"

    def may_read(self, user: str, found: os.stat_result) -> bool | None:
        """Whether the mode bits let `user` read the file; None where the host has no such user.

        The first class that fits decides, as path_resolution(7) has it, and number 0 reads everything; access
        control lists are not seen.
        """
        if user not in self._users:
            return None
        uid, _ = self._users[user]
        if uid == 0:
            return True
        if uid == found.st_uid:
            return bool(found.st_mode & stat.S_IRUSR)
        if found.st_gid in self.groups_of(user):
            return bool(found.st_mode & stat.S_IRGRP)
        return bool(found.st_mode & stat.S_IROTH)


def _rows(root: Path, place: str) -> list[list[str]]:
    try:
        text = read_below(root, root / place).decode("utf-8", "replace")
    except UnreadableError:
        return []
    rows = [line.split(":") for line in text.splitlines()]
    return [row for row in rows if len(row) >= 4 and _is_number(row[2])]


def _is_number(text: str) -> bool:
    """Whether it is a user's or group's number: 32 bits, so ten digits at the most."""
    return text.isascii() and text.isdigit() and len(text) <= 10
