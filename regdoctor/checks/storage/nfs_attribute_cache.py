"""FS-03: several instances of a registry share an NFS folder, and each remembers what it saw there."""

from __future__ import annotations

import re
from shlex import quote

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.replicas import Replicas
from regdoctor.evidence.storage_mount import StorageMount
from regdoctor.formats.mount_table import Mount

_ZEROS = frozenset(("acregmin=0", "acregmax=0", "acdirmin=0", "acdirmax=0"))
"""What the kernel shows for actimeo=0 and for noac."""


@check(
    title="Instances that share an NFS folder see each other's writes at once",
    severity=Severity.WARNING,
    failure_modes=("FS-03",),
    symptoms=("digest invalid: provided digest did not match uploaded content",),
    reference="https://distribution.github.io/distribution/about/deploying/#load-balancing-considerations",
)
def nfs_attribute_cache(storage: StorageMount, replicas: Replicas) -> Outcome:
    """A push is many requests, and behind a load balancer each may reach another instance.

    An NFS client remembers sizes and times of files for 3 to 60 seconds. The instance that ends an upload may then see
    the file as short as it was before, and answers `digest invalid: provided digest did not match uploaded content`;
    the next attempt may succeed.

    Mount the folder with noac (or actimeo=0), have the load balancer send each client to one instance, or use object
    storage.
    """
    if len(replicas.configs) < 2 and replicas.scaled is None:
        return Skip("one instance is examined; name the others' trees (--root) or files (--config) beside it")
    mount = storage.mount
    if mount is None:
        return Unknown(f"on which mount {storage.path} lies is not known")
    if not mount.is_nfs:
        return Pass(f"{storage.path} is on {mount.kind}")
    if _without_cache(mount):
        return Pass(f"{mount.point} is mounted without a cache of attributes")
    return Fail(
        f"several instances store on {mount.device} by NFS, and {mount.point} is mounted with a cache of attributes",
        evidence=(mount.quote, storage.named_by, *_other(replicas)),
        resource=mount.point,
        remedy={
            Dialect.PLAIN: Remedy(
                "Add noac to the options of this mount in /etc/fstab on every instance's host, then mount it anew "
                "while the registry is stopped:",
                (f"sudo umount {quote(mount.point)} && sudo mount {quote(mount.point)}",),
            )
        },
    )


def _other(replicas: Replicas) -> tuple[Quote, ...]:
    """What tells of a second instance."""
    if replicas.scaled is not None:
        return (replicas.scaled.quote(),)
    driver = replicas.configs[1].storage_driver()
    return ((driver[1].at("rootdirectory") or driver[1]).quote(),) if driver is not None else ()


def _without_cache(mount: Mount) -> bool:
    return (
        "noac" in mount.options
        or any(re.fullmatch(r"actimeo=0+", option) for option in mount.options)
        or mount.options >= _ZEROS
    )
