"""The folders that the registry writes to, whose they are, and the account that it runs as."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.check import Quote
from regdoctor.formats.posix_acl import AclEntry, granted_by_acl

READ, WRITE, ENTER = 4, 2, 1
"""The bits of one class of a mode, as of chmod(2)."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who a process is for the file system."""

    name: str
    uid: int
    groups: frozenset[int]
    """The numbers of its groups, the first one included."""
    said_by: Quote
    overrides: bool = False
    """Whether it writes whatever the modes say: root, or CAP_DAC_OVERRIDE of capabilities(7)."""
    all_groups: bool = True
    """Whether `groups` are all: a unit may give a service more than /etc/group."""
    override_uids: tuple[range, ...] | None = None
    """The owners whose files `overrides` is about, in a user namespace (rootless containers); None: all."""
    override_gids: tuple[range, ...] | None = None
    """Their groups likewise."""

    def passes_over(self, uid: int, gid: int) -> bool:
        """Whether it does what it likes with a file, whatever its mode.

        capabilities(7): both the owner and the group must be known in its user namespace.
        """
        return (
            self.overrides
            and (self.override_uids is None or any(uid in part for part in self.override_uids))
            and (self.override_gids is None or any(gid in part for part in self.override_gids))
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of the host, and what must be possible there."""

    path: str
    """As the host calls it."""
    uid: int
    gid: int
    mode: int
    """Permission bits, as of stat(2)."""
    owner: str
    """`user:group` by the host's own /etc/passwd and /etc/group, numbers where those do not say."""
    needed: int
    """What the registry must be able to do there: READ, WRITE and ENTER together."""
    has_acl: bool = False
    """Whether it has an access control list."""
    acl: tuple[AclEntry, ...] = ()
    """Its entries; empty where there is none, and where it could not be read."""

    def lacking(self, account: Account, needed: int) -> int | None:
        """The bits of `needed` that the mode does not give to `account`; None where the mode does not decide.

        The first class that fits decides, as path_resolution(7) has it. With an access control list the bits of the
        group are its mask and a named user may be let in or kept out, so that only the owner's bits are sure (acl(5)).
        """
        if account.passes_over(self.uid, self.gid):
            return 0
        if account.uid == self.uid:
            return needed & ~(self.mode >> 6)
        if self.acl and account.all_groups:
            granted = granted_by_acl(self.acl, account.uid, account.groups, self.gid, needed)
            return None if granted is None else needed & ~granted
        if self.has_acl:
            return None
        of_group, of_others = needed & ~(self.mode >> 3), needed & ~self.mode & 7
        if self.gid in account.groups:
            return of_group
        if account.all_groups or bool(of_group) == bool(of_others):
            return of_others
        return None

    @property
    def quote(self) -> Quote:
        """As evidence."""
        return Quote(self.path, f"mode {self.mode:04o}, {self.owner}{', with an access control list' * self.has_acl}")


@dataclass(frozen=True, slots=True)
class StorageFolder:
    """What lies between the root folder and what the registry writes."""

    named_by: Quote
    """The setting that names the rootdirectory."""
    path: str
    """The rootdirectory with links followed, as the host calls it."""
    folders: tuple[Folder, ...]
    """Those above it from the root folder on, itself, and a bounded sample of those below."""
    account: Account | None = None
    """The registry's; None where it is not known."""
    unknown_account: str = ""
    """Why it is not known."""
    gitlab: Account | None = None
    """GitLab's, where its backup packs this folder."""
    foreign_modes: str = ""
    """The type of a file system whose server decides, whatever the modes seen here; else empty."""
    is_there: bool = True
    """Whether the rootdirectory exists; else the last of `folders` is where it will be made."""
    problem: str = ""
    """Why something below the last of `folders` could not be looked at; empty where all could."""
