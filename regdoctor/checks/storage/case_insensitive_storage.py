"""FS-14: the registry's folder is on a file system to which `V1` and `v1` are one name."""

from __future__ import annotations

from shlex import quote

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.evidence.storage_mount import StorageMount

_KINDS = frozenset(("vfat", "msdos", "exfat"))
"""Types that always fold case. Of ntfs, 9p and SMB shares only a look at the names there tells."""


@check(
    title="Names in the registry's storage differ by case",
    severity=Severity.WARNING,
    failure_modes=("FS-14",),
    reference="https://distribution.github.io/distribution/storage-drivers/filesystem/",
)
def case_insensitive_storage(storage: StorageMount) -> Outcome:
    """Tags are told apart by case: `V1` and `v1` are two, and the filesystem driver makes a folder for each.

    On a file system that folds case, such as vfat, exfat, SMB shares and the disks of Windows and macOS, both are one
    folder. The second tag silently replaces the first, deleting one deletes both, and the list shows one of them.

    Move the storage to a file system that tells names apart by case, or use object storage.
    """
    mount = storage.mount
    if storage.folds_case is False:
        return Pass(f"{storage.path} tells names apart by case")
    by_type = mount is not None and mount.kind in _KINDS
    if storage.folds_case is None and mount is None:
        return Unknown(f"on which mount {storage.path} lies is not known")
    if storage.folds_case is None and not by_type:
        return Pass(f"{mount.kind if mount else 'it'} tells names apart by case")
    seen = mount.quote if mount is not None else Quote(storage.path, "a name is found in capitals, too")
    kind = f" ({mount.kind})" if mount is not None else ""
    return Fail(
        f"{storage.path} is on a file system{kind} that does not tell V1 from v1: such tags replace each other",
        evidence=(seen, storage.named_by),
        resource=storage.path,
        remedy={
            Dialect.PLAIN: Remedy(
                "Stop the registry, copy its folder to a file system such as ext4 or xfs, and let rootdirectory name "
                "the copy.",
                (f"sudo rsync -a {quote(storage.path)}/ /srv/registry-data/",),
            )
        },
    )
