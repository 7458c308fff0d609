"""Looks into the folder that the registry keeps its images in, as deep as telling its layout takes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.storage_root import FoundRegistry, StorageRoot
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import is_there, list_below

_LAYOUT = ("docker", "registry", "v2")
"""Below rootdirectory (registry/storage/paths.go: storagePathRoot and storagePathVersion)."""
_MOST_FOLDERS = 32
"""Folders of rootdirectory that are looked into for a registry of their own."""


@probe(reads="the upper folders of the registry's rootdirectory", limit=5.0)
def storage_root(installation: Installation, config: RegistryConfig) -> StorageRoot:
    """What is there. Raises NotApplicableError for other storage, or where the host has no such folder.

    The folder of a registry in a container is the container's, and mostly not there on the host.
    """
    setting = config.at("storage", "filesystem", "rootdirectory")
    told = (setting.text() if setting else None) or ""
    if setting is None or not told:
        raise NotApplicableError("the configuration names no folder for images")
    place = installation.locate(told)
    root = installation.root
    if place is None or root is None:
        raise NotApplicableError(f"{told} cannot be followed: it is relative, or no host's tree is looked at")
    path = "/" + str(place.relative_to(root)) if root != Path("/") else str(place)
    here = _Looking(root, place.relative_to(root))
    named = setting.quote()
    if not is_there(root, here.place):
        raise NotApplicableError(f"{path} is not there: nothing is stored yet, or it is a container's own folder")
    try:
        if here.is_right():
            return StorageRoot(named, path, holds_registry=True)
        return StorageRoot(named, path, holds_registry=False, elsewhere=tuple(here.around()))
    except UnreadableError as error:
        return StorageRoot(named, path, holds_registry=False, problem=str(error))


class _Looking:
    def __init__(self, root: Path, place: Path) -> None:
        """`place`: the rootdirectory, relative to `root`."""
        self.root = root
        self.place = place

    def is_right(self) -> bool:
        """Whether the registry's files are in the right place. Raises UnreadableError where that may not be seen."""
        folder = self.place
        for part in _LAYOUT:
            if part not in self._names(folder):
                return False
            folder /= part
        return True

    def around(self) -> Iterator[FoundRegistry]:
        """Registries that lie one or more levels beside the right place, the likeliest first."""
        for depth in (1, 2, 3):
            above = _LAYOUT[:depth]
            found = self.place.joinpath(*_LAYOUT[depth:])
            if self._holds(found):
                fits = self.place.parts[-depth:] == above
                right = self.place.parents[depth - 1] if fits else None
                yield self._found(found, right)
        for name in self._names(self.place)[:_MOST_FOLDERS]:
            folder = self.place.joinpath(name, *_LAYOUT)
            if self._holds(folder):
                yield self._found(folder, self.place / name)

    def _holds(self, folder: Path) -> bool:
        """Whether both parts of a registry's storage are seen there; what may not be listed holds nothing known."""
        with contextlib.suppress(UnreadableError):
            return {"blobs", "repositories"} <= set(self._names(folder))
        return False

    def _names(self, folder: Path) -> tuple[str, ...]:
        return tuple(entry.name for entry in list_below(self.root, self.root / folder))

    def _found(self, folder: Path, right: Path | None) -> FoundRegistry:
        return FoundRegistry(_on_host(folder), _on_host(right) if right is not None else "")


def _on_host(place: Path) -> str:
    return str(PurePosixPath("/") / place)
