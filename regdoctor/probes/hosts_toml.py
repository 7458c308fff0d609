"""Reads containerd's hosts.toml files."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.hosts_toml import HostsTomls, parse_hosts_toml
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_files


@probe(reads="containerd's hosts.toml files")
def hosts_toml(installation: Installation) -> HostsTomls:
    """The files. Raises NotApplicableError where there is none, UnreadableError where one is broken."""
    found = read_files(installation, FileKind.HOSTS_TOML, parse_hosts_toml, "etc/containerd/certs.d/*/hosts.toml")
    if not found:
        raise NotApplicableError("this host has no hosts.toml of containerd")
    return HostsTomls(found)
