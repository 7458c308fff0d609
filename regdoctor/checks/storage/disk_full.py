"""FS-02: the file system of the registry's folder has no room, or no inodes, for the next push."""

from __future__ import annotations

from shlex import quote

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.registry_storage import storage_error_of
from regdoctor.evidence.storage_mount import Room, StorageMount
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.sign import FAILURES, sign
from regdoctor.target import Target

_LAYER = 100 * 2**20
"""Bytes; less than one usual layer."""
_LOW = 10 * 2**30
"""Bytes; below this, and below a twentieth of all, some images more will fill it."""
_INODES = 64
"""A push of an image with a few layers makes as many: each blob takes a folder, its data and a link with a folder in
each repository, each tag five more (registry/storage/paths.go)."""


@check(
    title="There is room for the next push",
    severity=Severity.ERROR,
    failure_modes=("FS-02",),
    symptoms=("no space left on device", "disk quota exceeded"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def disk_full(storage: StorageMount, target: Target) -> Outcome:
    """Each layer is written to the registry's folder while it comes in, and renamed when it is whole.

    Where the file system has no bytes or no inodes left, the push gets 500 and the log says `no space left on device`;
    what was written of it stays under _uploads until it is purged. This is an error where fewer than 100 MiB (less than
    one usual layer), less than the layer that was named, or fewer than 64 inodes are free; a warning where less than
    10 GiB and a twentieth of all, or a hundredth of the inodes, are free. A volume of which nine tenths are free is not
    full, however small it is, and one that is mounted read-only takes no push: neither is judged by its bytes.

    Delete tags that nobody needs and collect the garbage, or put the folder on a bigger file system. Deleting tags
    alone frees nothing.
    """
    if storage.live and storage.mount is not None and storage.mount.read_only:
        return Skip(f"{storage.mount.point} is mounted read-only: see mounted_read_only")
    room = storage.room
    if room is None or not room.size:
        return Unknown(f"how full the file system of {storage.path} is could not be asked")
    wanted = max(_LAYER, target.layer_size or 0)
    nearly_empty = room.free * 10 >= room.size * 9 and room.free >= (target.layer_size or 0)
    if room.free < wanted and not nearly_empty:
        return _fail(storage, room, f"the next push of more than {_mebibytes(room.free)} will not fit", Severity.ERROR)
    if room.files and room.files_free < _INODES:
        return _fail(storage, room, "the next push will not fit, for it makes more files", Severity.ERROR)
    if room.free < _LOW and room.free * 20 < room.size:
        return _fail(storage, room, "few more pushes will fit", Severity.WARNING)
    if room.files and room.files_free * 100 < room.files:
        return _fail(storage, room, "few more pushes will fit, for each makes files", Severity.WARNING)
    return Pass(f"{_mebibytes(room.free)} are free at {storage.path}")


def _mebibytes(count: int) -> str:
    return f"{count // 2**20:,} MiB"


def _fail(storage: StorageMount, room: Room, meaning: str, severity: Severity) -> Fail:
    point = storage.mount.point if storage.mount is not None else storage.path
    said = f"{room.free:,} of {room.size:,} bytes and {room.files_free:,} of {room.files:,} inodes are free"
    return Fail(
        f"at {storage.path} {_mebibytes(room.free)} and {room.files_free:,} inodes are free: {meaning}",
        evidence=(Quote(point, said), storage.named_by),
        resource=storage.path,
        severity=severity,
        remedy=_remedies(storage.path, point),
    )


def _remedies(path: str, point: str) -> Remedies:
    look = (f"df -h {quote(point)}", f"df -i {quote(point)}", f"sudo du -xh --max-depth=4 {quote(path)}")
    return {
        Dialect.PLAIN: Remedy(
            "See what takes the room, then enlarge the file system, or delete tags and collect the garbage while the "
            "registry is read-only.",
            look,
        ),
        Dialect.OMNIBUS: Remedy(
            "See what takes the room, then enlarge the file system, or collect the garbage; the registry is down for "
            "that time.",
            (*look, "sudo gitlab-ctl registry-garbage-collect -m"),
        ),
    }


@sign(disk_full, parts=(Part.REGISTRY,), statuses=FAILURES)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    error = storage_error_of(call)
    if error is None or not error.is_full:
        return None
    return Fail(
        f"The registry finds no room for what is pushed and answers {call.status}: {short(error.text)}",
        evidence=(call.exchange.quote(), error.quote),
        resource=origin_of(call),
        remedy={
            Dialect.PLAIN: Remedy(
                "Enlarge the file system, or delete tags and collect the garbage while the registry is read-only."
            )
        },
    )
