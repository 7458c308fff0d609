"""Asks how much room is left where this host's Docker keeps its images."""

from __future__ import annotations

import os
from pathlib import Path

from regdoctor.check import Quote
from regdoctor.evidence.docker_disk import DockerDisk
from regdoctor.evidence.installation import Installation
from regdoctor.formats.docker_daemon import DockerDaemons
from regdoctor.formats.located import Located
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe

_DEFAULT = "/var/lib/docker"


@probe(reads="the free space and inodes of the file system of Docker's data root, on this host")
def docker_disk(installation: Installation, daemons: DockerDaemons | Absent) -> DockerDisk:
    """The file system's numbers.

    Raises NotApplicableError where this is not the host itself, or no Docker keeps anything on it.
    """
    if installation.root != Path("/"):
        raise NotApplicableError("the files are a copy: how full the host's disk is does not show in them")
    said = _data_root(daemons)
    path = (said.text() if said is not None else None) or _DEFAULT
    try:
        found = os.statvfs(path)
    except FileNotFoundError:
        raise NotApplicableError(f"no Docker keeps images on this host ({path} does not exist)") from None
    except (OSError, ValueError) as error:
        raise CouldNotGatherError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    quote = said.quote() if said is not None else Quote(path, f"{found.f_bavail * found.f_frsize:,} bytes free")
    return DockerDisk(
        path,
        quote,
        size=found.f_blocks * found.f_frsize,
        free=found.f_bavail * found.f_frsize,
        files=found.f_files,
        files_free=found.f_favail,
    )


def _data_root(daemons: DockerDaemons | Absent) -> Located | None:
    """`data-root` of daemon.json, or `graph`, as it was called up to 17.05."""
    for daemon in daemons.files if isinstance(daemons, DockerDaemons) else ():
        for name in ("data-root", "graph"):
            found = daemon.tree.at(name)
            if found is not None and found.text():
                return found
    return None
