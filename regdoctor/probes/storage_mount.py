"""Looks at the file system that the registry's folder lies on, and at what fstab says of it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.evidence.storage_mount import Room, StorageMount
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.mount_table import Mount, mount_of, parse_fstab, parse_mountinfo
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import is_there, read_below
from regdoctor.probes.process_account import process_account
from regdoctor.probes.storage_place import StoragePlace, storage_place

_MARKS = (".dockerenv", "run/.containerenv")
"""Files that Docker and Podman put into the root folder of each container."""


@probe(reads="the mount, the free space and the free inodes of the registry's folder, and /etc/fstab", limit=10.0)
def storage_mount(
    installation: Installation, config: RegistryConfig, service: ServiceEnvironment | Absent
) -> StorageMount:
    """What is mounted there; in a copied tree, what its fstab plans.

    Raises NotApplicableError as `storage_place`, and where neither is known; UnreadableError for a loop of links.
    """
    place = storage_place(installation, config, service)
    reached = place.reached(place.path)
    path = place.name(reached)
    plans = _plans(place.root)
    planned = mount_of((plan for plan in plans if plan.point not in ("/", "none", "swap")), path)
    if not installation.live:
        if planned is None:
            raise NotApplicableError("the files are a copy, whose fstab names no file system for the registry's folder")
        return StorageMount(place.named_by, path, live=False, mount=planned, planned=planned)
    process = installation.process
    mounts = _mounts(process.pid if process is not None else None)
    mount = mount_of(mounts, str(reached))
    account = process_account(process) if process is not None else None
    return StorageMount(
        place.named_by,
        path,
        live=True,
        mount=mount,
        planned=planned,
        planned_missing=planned is not None and _is_missing(planned, place, mounts),
        room=_room(reached, overrides=account is not None and account.overrides),
        folds_case=_folds_case(reached),
        in_container=_in_container(place, mount),
    )


def _plans(root: Path) -> tuple[Mount, ...]:
    file = root / "etc/fstab"
    try:
        return parse_fstab(read_below(root, file).decode("utf-8", "replace"), str(file))
    except UnreadableError:
        return ()  # a container has none


def _mounts(pid: int | None) -> tuple[Mount, ...]:
    """As the registry's process sees them: systemd may give it a view of its own (ReadOnlyPaths=)."""
    for owner in (*([str(pid)] if pid is not None else []), "self"):
        source = Path(f"/proc/{owner}/mountinfo")
        try:
            return parse_mountinfo(source.read_text("utf-8", "replace"), str(source))
        except OSError:
            continue  # it has ended, or is another user's
    return ()


def _is_missing(planned: Mount, place: StoragePlace, mounts: tuple[Mount, ...]) -> bool:
    """Whether something shall be mounted at boot that is not; autofs at the place counts as mounted."""
    if "noauto" in planned.options or not mounts:
        return False
    try:
        point = str(place.reached(planned.point))
    except UnreadableError:
        return False
    return all(mount.point != point for mount in mounts)


def _room(path: Path, *, overrides: bool) -> Room | None:
    """Of the folder, or of what is there of it."""
    for folder in (path, *path.parents):
        try:
            found = os.statvfs(folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return None
        blocks, files = (found.f_bfree, found.f_ffree) if overrides else (found.f_bavail, found.f_favail)
        return Room(found.f_blocks * found.f_frsize, blocks * found.f_frsize, found.f_files, files)
    return None


def _folds_case(path: Path) -> bool | None:
    """Whether a name below the folder is found with capitals, too; nothing is written to find out."""
    try:
        for entry in sorted(path.iterdir())[:16]:
            other = entry.with_name(entry.name.swapcase())
            if other.name == entry.name:
                continue
            found = entry.lstat()
            try:
                seen = other.lstat()
            except FileNotFoundError:
                return False
            return (seen.st_dev, seen.st_ino) == (found.st_dev, found.st_ino)
    except OSError:
        return None
    return None


def _in_container(place: StoragePlace, mount: Mount | None) -> bool:
    if mount is None or mount.kind != "overlay" or PurePosixPath(mount.point) != PurePosixPath(place.root):
        return False
    return any(is_there(place.root, mark) for mark in _MARKS)
