"""FS-02: the registry's folder lies on a mount that takes no writes."""

from __future__ import annotations

from shlex import quote

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.registry_storage import storage_error_of
from regdoctor.evidence.storage_mount import StorageMount
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.sign import FAILURES, sign


@check(
    title="The registry's folder is on a mount that can be written to",
    severity=Severity.ERROR,
    failure_modes=("FS-02",),
    symptoms=("read-only file system",),
    reference="https://distribution.github.io/distribution/about/configuration/#readonly",
)
def mounted_read_only(storage: StorageMount, config: RegistryConfig) -> Outcome:
    """On a read-only mount every push gets 500, and the log says `read-only file system`; pulls go on as before.

    Linux mounts a file system anew as read-only when its disk fails (`errors=remount-ro`), an administrator does so for
    a copy and forgets it, and systemd does it for one service (ProtectSystem=, ReadOnlyPaths=). A registry that is told
    to be read-only (storage.maintenance.readonly) wants no more than that.

    See the kernel's log for errors of the disk before all else, then mount it for writing again.
    """
    told = config.at("storage", "maintenance", "readonly", "enabled")
    if told is not None and told.switch():
        return Skip("the registry is told to be read-only")
    mount = storage.mount
    if mount is None:
        return Unknown(f"on which mount {storage.path} lies is not known")
    if not mount.read_only:
        return Pass(f"{mount.point} is mounted for writing")
    how = "is mounted" if storage.live else "will be mounted"
    return Fail(
        f"{mount.point}, where the registry keeps its images, {how} read-only",
        evidence=(mount.quote, storage.named_by),
        resource=mount.point,
        remedy={
            Dialect.PLAIN: Remedy(
                "Read the kernel's log for errors of the disk; where there are none, take `ro` out of /etc/fstab or "
                "out of the service's settings, and mount it for writing.",
                ("sudo dmesg --level=err,warn", f"sudo mount -o remount,rw {quote(mount.point)}"),
            )
        },
    )


@sign(mounted_read_only, parts=(Part.REGISTRY,), statuses=FAILURES)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    error = storage_error_of(call)
    if error is None or not error.is_read_only:
        return None
    return Fail(
        f"The registry finds its folder mounted read-only and answers {call.status}: {short(error.text)}",
        evidence=(call.exchange.quote(), error.quote),
        resource=origin_of(call),
        remedy={
            Dialect.PLAIN: Remedy(
                "Read the kernel's log for errors of the disk; where there are none, mount it for writing."
            )
        },
    )
