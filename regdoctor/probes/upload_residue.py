"""Removes from the storage what distribution 2.x leaves of an upload that was cancelled through its API.

It writes the upload's hash state once more when it closes the upload, after the cancellation has removed it
(registry/storage/blobwriter.go, Close). Nothing purges that later: purging goes by `startedat`, which is gone.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from regdoctor.distribution.storage_drivers import ROOT_DIRECTORY
from regdoctor.distribution.storage_layout import PREFIX, upload_folder_key
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.bucket import registry_bucket
from regdoctor.probes.host_tree import follow


def remove_residue(
    installation: Installation, config: RegistryConfig, door: Http, repository: str, upload: str
) -> None:
    """Remove the folder of the upload, where the registry's storage can be reached with what its configuration says.

    upload: the ID of an upload that this very run started and cancelled.
    """
    folder = upload_folder_key(repository, upload)
    driver = config.storage_driver()
    if driver is not None and driver[0] == "filesystem":
        setting = config.at("storage", "filesystem", "rootdirectory")
        top = installation.locate((setting.text() if setting else None) or ROOT_DIRECTORY)
        if top is not None:
            with contextlib.suppress(UnreadableError):  # a loop of links: then the registry wrote nothing there
                repositories = follow(installation.root, top / PREFIX / "repositories")
                path = follow(installation.root, top / folder)
                if path.is_relative_to(repositories):  # no link leads out of the storage
                    _remove_folder(repositories, path)
        return
    # Where the bucket cannot be asked there is nothing more to be done from here.
    with contextlib.suppress(NotApplicableError, CouldNotGatherError):
        bucket = registry_bucket(config, door)
        for key in bucket.list(f"{bucket.endpoint.root}{folder}/", limit=10).keys:
            bucket.delete(key)


def _remove_folder(repositories: Path, path: Path) -> None:
    """Remove the upload's folder and those above it that are empty then, up to `repositories`."""
    shutil.rmtree(path, ignore_errors=True)
    for parent in path.parents:
        if parent == repositories or not parent.is_relative_to(repositories):
            return
        try:
            parent.rmdir()
        except OSError:
            return  # it holds something else, or is not ours to remove
