"""FS-15: the images lie where they are swept away, or where the registry happens to be started."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

_SWEPT = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run")  # noqa: S108 - compared, not written to
"""Emptied at a start or by age (file-hierarchy(7) and systemd-tmpfiles-clean.timer of systemd)."""


@check(
    title="Images are stored in a folder that lasts",
    severity=Severity.WARNING,
    failure_modes=("FS-15",),
    reference="https://distribution.github.io/distribution/storage-drivers/filesystem/",
)
def root_directory_unsafe(config: RegistryConfig) -> Outcome:
    """rootdirectory is the folder of all images, and must be there after every start of the machine.

    What lies below /tmp, /var/tmp, /run or /dev/shm is deleted at a start or after some days: first single layers are
    missing (`blob unknown`), then all. A relative path begins at the folder in which the registry happens to be
    started, so that after a start by hand, or by another unit, the catalogue is empty.

    Move the folder to a place that lasts, such as /var/lib/registry, while the registry is stopped, and name it there
    with its full path.
    """
    root = config.at("storage", "filesystem", "rootdirectory")
    path = (root.text() if root else None) or ""
    if root is None or not path:
        return Skip("no folder for images is named")
    swept = next((place for place in _SWEPT if path == place or path.startswith(f"{place}/")), None)
    if swept is None and path.startswith("/"):
        return Pass(f"images are stored in {path}")
    problem = (
        f"is below {swept}, which is swept" if swept else "is relative: it depends on where the registry is started"
    )
    setting = "storage.filesystem.rootdirectory"
    why = f"Stop the registry, move what is in {path} to a place that lasts (here /var/lib/registry), and name that."
    return Fail(
        f"rootdirectory {path} {problem}",
        remedy=change(setting, "/var/lib/registry", why, now=root),
        evidence=(root.quote(),),
        resource=path,
    )
