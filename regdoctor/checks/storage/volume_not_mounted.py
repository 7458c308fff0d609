"""FS-15: what should be mounted at the registry's folder is not, so that it writes beneath."""

from __future__ import annotations

from shlex import quote

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.evidence.storage_mount import StorageMount


@check(
    title="The volume for the registry's folder is mounted",
    severity=Severity.ERROR,
    failure_modes=("FS-15",),
    symptoms=('{"repositories":[]}', "manifest unknown"),
    explains=("disk_full", "folder_not_writable"),
    reference="https://distribution.github.io/distribution/about/deploying/#customize-the-storage-location",
)
def volume_not_mounted(storage: StorageMount) -> Outcome:
    """A folder is there whether or not something is mounted on it, and the registry writes to what is there.

    Where fstab names a volume or share for the folder and it did not come up, the registry starts with an empty folder
    on the system's disk: the catalog is empty, pulls fail with `manifest unknown`, and what is pushed now disappears
    beneath the volume once it is mounted. In a container without a volume everything goes with the container.

    Stop the registry, keep what was pushed meanwhile, mount the volume, and start it. Let its unit wait for the mount
    (RequiresMountsFor=).
    """
    if not storage.live:
        return Skip("what is mounted does not show in a copy")
    planned, mount = storage.planned, storage.mount
    if planned is not None and storage.planned_missing:
        return Fail(
            f"{planned.device} is to be mounted at {planned.point}, and is not: the registry stores beneath it",
            evidence=(planned.quote, *((mount.quote,) if mount is not None else ()), storage.named_by),
            resource=planned.point,
            remedy={
                Dialect.PLAIN: Remedy(
                    "Stop the registry, look at what was stored meanwhile, move that away, and mount the volume:",
                    (f"sudo ls -la {quote(storage.path)}", f"sudo mount {quote(planned.point)}"),
                )
            },
        )
    if storage.in_container and mount is not None:
        return Fail(
            f"{storage.path} is in the container's own file system, on no volume: it goes with the container",
            evidence=(mount.quote, storage.named_by),
            resource=storage.path,
            severity=Severity.WARNING,
            remedy={
                Dialect.PLAIN: Remedy(
                    "Copy the folder out of the container, and start it with the copy mounted from then on:",
                    (f"--volume /srv/registry-data:{quote(storage.path)}",),
                )
            },
        )
    return Pass(f"{storage.path} is on {mount.point}" if mount is not None else "nothing else is to be mounted there")
