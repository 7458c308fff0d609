"""CLI-08: no room is left where this host's Docker keeps images and what it downloads."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, check
from regdoctor.evidence.docker_disk import DockerDisk

_LITTLE = 100 * 1024 * 1024
"""Bytes; less than one usual layer."""


@check(
    title="This host's Docker has room for images",
    severity=Severity.ERROR,
    failure_modes=("CLI-08",),
    symptoms=("no space left on device", "Buffering to Disk"),
    reference="https://docs.docker.com/engine/manage-resources/pruning/",
)
def client_disk_full(disk: DockerDisk) -> Outcome:
    """Docker writes each layer to its data root before it pushes it, and while it pulls it.

    Where that file system has no room or no inodes left, pushes and pulls end with `no space left on device`, also
    though the registry has room: the disk is the client's.

    Delete images, containers and build caches that nobody needs, or put the data root on a bigger disk.
    """
    if disk.size and (disk.free < _LITTLE or disk.free * 100 < disk.size):
        left = f"{disk.free // 2**20:,} of {disk.size // 2**20:,} MiB are free"
    elif disk.files and disk.files_free * 100 < disk.files:
        left = f"{disk.files_free:,} of {disk.files:,} inodes are free"
    else:
        return Pass(f"{disk.path}: {disk.free // 2**20:,} MiB are free")
    return Fail(
        f"This host's Docker cannot store layers: at {disk.path} {left}",
        evidence=(Quote(disk.path, left), disk.said_by),
        resource=disk.path,
        remedy={
            Dialect.PLAIN: Remedy(
                "Delete what no container uses: stopped containers, images without a name, the build cache.",
                ("docker system df", "docker system prune", "docker builder prune"),
            )
        },
    )
