"""Reads Docker's daemon.json."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, read_below


@probe(reads="Docker's daemon.json")
def docker_daemon(installation: Installation) -> DockerDaemons:
    """The files. Raises CouldNotGatherError with the reader's one line where one cannot be read."""
    try:
        paths = find_files(installation, FileKind.DOCKER_DAEMON, "etc/docker/daemon.json")
        found = tuple(parse_docker_daemon(read_below(installation.root, path), str(path)) for path in paths)
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error
    if not found:
        raise NotApplicableError("this host has no daemon.json of Docker")
    return DockerDaemons(found)
