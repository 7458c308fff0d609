"""Reads containerd's hosts.toml files."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.hosts_toml import HostsTomls, parse_hosts_toml
from regdoctor.formats.located import UnreadableError
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, read_below


@probe(reads="containerd's hosts.toml files")
def hosts_toml(installation: Installation) -> HostsTomls:
    """The files. Raises CouldNotGatherError with the reader's one line where one cannot be read."""
    try:
        paths = find_files(installation, FileKind.HOSTS_TOML, "etc/containerd/certs.d/*/hosts.toml")
        found = tuple(parse_hosts_toml(read_below(installation.root, path), str(path)) for path in paths)
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error
    if not found:
        raise NotApplicableError("this host has no hosts.toml of containerd")
    return HostsTomls(found)
