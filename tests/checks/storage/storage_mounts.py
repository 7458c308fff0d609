"""Evidence of mounts for the tests beside it."""

from __future__ import annotations

from regdoctor.check import Quote
from regdoctor.evidence.storage_mount import Room, StorageMount
from regdoctor.formats.mount_table import Mount

NAMED = Quote("/etc/docker/registry/config.yml", "storage.filesystem.rootdirectory: /srv/registry", 5)
GIB = 2**30


def mount(kind: str = "ext4", *options: str, point: str = "/srv") -> Mount:
    """One line of mountinfo."""
    said = Quote("/proc/7/mountinfo", f"/dev/vdb at {point}, type {kind}")
    return Mount(point, kind, frozenset(options or ("rw",)), "/dev/vdb", said)


def room(free: int, size: int = 100 * GIB, files_free: int = 10**6, files: int = 2 * 10**6) -> Room:
    """Of a disk of 100 GiB."""
    return Room(size, free, files, files_free)


def storage(on: Mount | None = None, **more: object) -> StorageMount:
    """A live host's mount."""
    return StorageMount(NAMED, "/srv/registry", **{"live": True, "mount": on, **more})  # type: ignore[arg-type]
