"""FS-11, S3-33: the images lie beside the place where the registry looks for them."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Quote, Remedies, Severity, Unknown, check
from regdoctor.evidence.storage_root import StorageRoot
from regdoctor.remedies import change


@check(
    title="The images lie where the registry looks for them",
    severity=Severity.ERROR,
    failure_modes=("FS-11", "S3-33"),
    symptoms=("Path not found: /docker/registry/v2/blobs", "Path not found: /docker/registry/v2/repositories"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def storage_folder_misplaced(storage: StorageRoot) -> Outcome:
    """Everything that a registry stores is in docker/registry/v2 below its rootdirectory.

    Where files were copied one level too deep or too high, or rootdirectory names the folder docker itself, the
    registry finds nothing: the catalogue is empty and each pull fails with `manifest unknown`, while the health check
    is content. It then begins anew, so that later pushes lie elsewhere than all before.

    Stop the registry, and let rootdirectory name the folder in which the folder docker lies, or move the files.
    """
    if storage.problem:
        return Unknown(storage.problem)
    if storage.holds_registry or not storage.elsewhere:
        return Pass(
            f"{storage.path} is where the registry's files are" if storage.holds_registry else "nothing is stored"
        )
    found = storage.elsewhere[0]
    right = found.root_directory
    return Fail(
        f"the registry looks for {storage.path}/docker/registry/v2, but its files are in {found.path}",
        remedy=_remedy(storage, right) if right else _move(storage, found.path),
        evidence=(storage.named, Quote(found.path, "folders blobs and repositories")),
        resource=storage.path,
    )


def _remedy(storage: StorageRoot, right: str) -> Remedies:
    return change("storage.filesystem.rootdirectory", right, "Name the folder in which the folder docker lies.")


def _move(storage: StorageRoot, found: str) -> Remedies:
    return change(
        "storage.filesystem.rootdirectory",
        storage.path,
        f"Stop the registry and move {found} to {storage.path}/docker/registry/v2, with all that is in it and its "
        "owner kept; rootdirectory stays as it is.",
    )
