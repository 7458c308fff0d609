"""Reads Docker's daemon.json."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_files


@probe(reads="Docker's daemon.json")
def docker_daemon(installation: Installation) -> DockerDaemons:
    """The files. Raises NotApplicableError where there is none, UnreadableError where one is broken."""
    found = read_files(installation, FileKind.DOCKER_DAEMON, parse_docker_daemon, "etc/docker/daemon.json")
    if not found:
        raise NotApplicableError("this host has no daemon.json of Docker")
    return DockerDaemons(found)
