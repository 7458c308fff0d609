"""Removes from a registry's folder of files; no link in it is ever followed, whoever put it there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regdoctor.distribution.storage_layout import PREFIX
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import follow

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_OWN = ("_manifests", "_layers", "_uploads")
"""A repository's own folders. Beside them lie the repositories whose names begin with this one's."""
STARTED_AT = "startedat"
"""The file of an upload that says when it began (registry/storage/paths.go)."""
_MOST_UPLOADS = 100
_FRAME = ("_manifests/tags", "_manifests/revisions/sha256", "_layers/sha256", "_uploads")
"""The folders that stay of a repository that holds nothing."""


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """The `filesystem` driver's rootdirectory."""

    root: Path | None
    """The root folder of the host."""
    top: Path
    """The rootdirectory, as it is reached from here. Links on the way to it are the host's own."""

    def remove(self, folder: str) -> bool | None:
        """See `Storage`; of the folders above, those of `blobs` go too where they are empty then."""
        above, _, name = folder.rpartition("/")
        try:
            with self._opened(above) as descriptor:
                os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                shutil.rmtree(name, ignore_errors=True, dir_fd=descriptor)
                with contextlib.suppress(FileNotFoundError):
                    os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    return False
        except FileNotFoundError:
            return None
        except (OSError, UnreadableError):
            return False  # a link is in the way, or it is not ours to enter
        if above.startswith(f"{PREFIX}/blobs/"):
            self._remove_empty(above, f"{PREFIX}/blobs")
        return True

    def started(self, repository: str) -> Mapping[str, str] | None:
        """See `Storage`."""
        begun = {}
        try:
            with self._opened(f"{PREFIX}/repositories/{repository}/_uploads") as descriptor:
                with os.scandir(descriptor) as entries:
                    uploads = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
                if len(uploads) > _MOST_UPLOADS:
                    return None
                for upload in uploads:
                    begun[upload] = _text(f"{upload}/{STARTED_AT}", descriptor)
        except FileNotFoundError:
            return {}
        except (OSError, UnreadableError):
            return None
        return begun

    def tidy(self, repository: str) -> None:
        """See `Storage`; of the folders above, those that are empty then go too.

        Only folders that are empty are removed: somebody may be starting an upload there.
        """
        place = f"{PREFIX}/repositories/{repository}"
        try:
            with self._opened(place) as descriptor:
                if any(_holds_files(name, descriptor) for name in _OWN):
                    return
        except (OSError, UnreadableError):
            return
        for name in _FRAME:
            self._remove_empty(f"{place}/{name}", place)
        self._remove_empty(place, f"{PREFIX}/repositories")

    def holds(self, key: str) -> bool:
        """See `Storage`."""
        try:
            return follow(self.root, self.top / key).exists()
        except UnreadableError:
            return False  # behind a loop of links the registry wrote nothing
        except OSError:
            return True

    @contextmanager
    def _opened(self, key: str) -> Iterator[int]:
        """A descriptor of a folder. Raises OSError, FileNotFoundError where it is not there; UnreadableError."""
        descriptor = os.open(follow(self.root, self.top), _FOLDER)
        try:
            for name in key.split("/"):
                below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    def _remove_empty(self, folder: str, above: str) -> None:
        """Remove a folder that is empty, and those above it that are empty then, up to `above`, which stays."""
        while folder != above:
            parent, _, name = folder.rpartition("/")
            try:
                with contextlib.suppress(FileNotFoundError), self._opened(parent) as descriptor:
                    os.rmdir(name, dir_fd=descriptor)
            except (OSError, UnreadableError):
                return  # it holds something else, is a link, or is not ours to remove
            folder = parent


def _text(name: str, descriptor: int) -> str:
    """The beginning of a file below an open folder; empty where it is none. Raises OSError."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)
        with os.fdopen(opened, "rb") as file:
            return file.read(64).decode("ascii", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _holds_files(name: str, descriptor: int) -> bool:
    """Whether a folder of an open folder holds files at any depth; links are not followed. Raises OSError."""
    try:
        return any(files for _, _, files, _ in os.fwalk(name, dir_fd=descriptor))
    except FileNotFoundError:
        return False
