"""Looks whose the folders are that the registry writes to, from the root folder down to a sample of its own."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.registry_folders import RegistryFolders
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.evidence.storage_folder import ENTER, READ, WRITE, Account, Folder, StorageFolder
from regdoctor.evidence.storage_mount import StorageMount
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.posix_acl import parse_posix_acl
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.storage_account import gitlab_account, keeps_owners, registry_account
from regdoctor.probes.storage_place import StoragePlace, storage_place

_SAMPLE = 64
"""Folders of blobs and of repositories, of each, that are looked at."""
_DEEPEST = 6
"""Levels below `repositories` that are looked at."""
_FILLED = ("_uploads", "_layers/sha256", "_manifests/tags", "_manifests/revisions/sha256")
"""The folders of a repository in which a push makes new ones (registry/storage/paths.go)."""
_SERVERS_DECIDE = ("nfs", "nfs4", "9p", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "virtiofs")
"""File systems whose server may map users (root_squash, all_squash: exports(5)) or has rules of its own."""
_ALL = READ | WRITE | ENTER


@probe(reads="owner and mode of the registry's folder, of those above it, and of a sample of those below", limit=10.0)
def storage_folder(
    installation: Installation,
    config: RegistryConfig,
    service: ServiceEnvironment | Absent,
    rb: GitLabRb | Absent,
    mount: StorageMount | Absent,
    both: RegistryFolders | Absent,
) -> StorageFolder:
    """The folders, and the account.

    Raises NotApplicableError as `storage_place`, and for a copy that does not keep the owners of its files;
    UnreadableError for a loop of links.
    """
    place = storage_place(installation, config, service)
    accounts = Accounts(place.root)
    if not installation.live and not keeps_owners(place.root, accounts):
        raise NotApplicableError("the files are a copy, and belong to whoever made it: their owners say nothing")
    account: Account | None = None
    unknown = ""
    try:
        account = registry_account(installation, accounts, service, rb)
    except CouldNotGatherError as error:
        unknown = str(error)
    looking = _Looking(place, accounts)
    is_there = looking.look()
    packed = isinstance(both, RegistryFolders) and both.same
    return StorageFolder(
        place.named_by,
        place.name(place.reached(place.path)),
        tuple(looking.folders),
        account,
        unknown,
        gitlab=gitlab_account(accounts, rb) if packed else None,
        foreign_modes=_foreign(mount),
        is_there=is_there,
        problem=looking.problem,
    )


def _foreign(mount: StorageMount | Absent) -> str:
    kind = mount.mount.kind if isinstance(mount, StorageMount) and mount.mount is not None else ""
    return kind if kind in _SERVERS_DECIDE or kind.startswith("fuse") else ""


class _Looking:
    def __init__(self, place: StoragePlace, accounts: Accounts) -> None:
        self.place = place
        self.accounts = accounts
        self.folders: list[Folder] = []
        self.problem = ""

    def look(self) -> bool:
        """Look at all of them; whether the rootdirectory exists. Raises UnreadableError for a loop of links."""
        root = self.place.reached(self.place.path)
        if not all(self._add(folder, ENTER) for folder in self._above(root)) or not _exists(root):
            return self._will_be_made()
        below = root
        for part in PREFIX.split("/"):
            # New things are made in a folder only where what the registry keeps in it is not there yet.
            is_there = _is_folder(below / part)
            if not self._add(below, ENTER if is_there else WRITE | ENTER) or not is_there:
                return True
            below /= part
        parts_there = all(_is_folder(below / part) for part in ("blobs/sha256", "repositories"))
        if self._add(below, ENTER if parts_there else WRITE | ENTER):
            self._sample(below)
        return True

    def _above(self, root: Path) -> Iterator[Path]:
        """The folders that are passed on the way, links followed, the outermost first."""
        seen: set[Path] = set()
        for named in reversed(PurePosixPath(self.place.path).parents):
            reached = self.place.reached(str(named))
            for folder in (*reversed(reached.parents), reached):
                inside = folder == self.place.root or folder.is_relative_to(self.place.root)
                if inside and folder not in seen and folder != root:
                    seen.add(folder)
                    yield folder
        # The last part of the name may be a link to quite another place.
        rest = [folder for folder in root.parents if folder.is_relative_to(self.place.root) and folder not in seen]
        yield from reversed(rest)

    def _will_be_made(self) -> bool:
        """Demand of the last folder that there is that new ones can be made in it; whether nothing more is known."""
        if self.problem:
            return True
        if self.folders:
            self.folders[-1] = dataclasses.replace(self.folders[-1], needed=WRITE | ENTER)
        return False

    def _sample(self, below: Path) -> None:
        """The folders of blobs and repositories in which a push makes new ones."""
        blobs, repositories = below / "blobs/sha256", below / "repositories"
        if self._add(blobs, _ALL):
            for folder in _folders(blobs)[:_SAMPLE]:
                self._add(folder, WRITE | ENTER)
        if self._add(repositories, _ALL):
            left = [_SAMPLE]
            self._repositories(repositories, left, _DEEPEST)

    def _repositories(self, above: Path, left: list[int], depth: int) -> None:
        for folder in _folders(above):
            if left[0] <= 0 or depth <= 0:
                return
            left[0] -= 1
            if folder.name.startswith("_"):
                continue
            if not self._add(folder, ENTER):
                continue
            for filled in _FILLED:
                if _is_folder(folder / filled):
                    self._add(folder / filled, WRITE | ENTER)
            self._repositories(folder, left, depth - 1)

    def _add(self, folder: Path, needed: int) -> bool:
        """Note a folder; False where there is none, with the problem where it could not be looked at."""
        try:
            found = folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            self.problem = f"{self.place.name(folder)}: {(error.strerror or 'cannot be looked at').lower()}"
            return False
        if not stat.S_ISDIR(found.st_mode):
            self.problem = f"{self.place.name(folder)} is no folder"
            return False
        owner = self.accounts.owner(found.st_uid, found.st_gid)
        path = self.place.name(folder)
        mode = stat.S_IMODE(found.st_mode)
        acl = _acl(folder)
        folder_seen = Folder(path, found.st_uid, found.st_gid, mode, owner, needed, bool(acl), parse_posix_acl(acl))
        self.folders.append(folder_seen)
        return True


def _exists(path: Path) -> bool:
    """Whether something is there; what may not be looked at counts, for whoever looks says so."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(Path(entry.path) for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _acl(path: Path) -> bytes:
    try:
        return os.getxattr(path, "system.posix_acl_access")
    except (OSError, AttributeError):
        return b""  # none, or a file system or a machine that knows none
