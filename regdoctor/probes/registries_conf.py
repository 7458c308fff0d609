"""Reads registries.conf of podman and skopeo, with its drop-ins."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.registries_conf import RegistriesConfs, parse_registries_conf
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import read_files

_PLACES = ("etc/containers/registries.conf", "etc/containers/registries.conf.d/*.conf")


@probe(reads="registries.conf of podman and skopeo, and registries.conf.d")
def registries_conf(installation: Installation) -> RegistriesConfs:
    """The files. Raises NotApplicableError where there is none, UnreadableError where one is broken."""
    found = read_files(installation, FileKind.REGISTRIES_CONF, parse_registries_conf, *_PLACES)
    if not found:
        raise NotApplicableError("this host has no registries.conf")
    return RegistriesConfs(found)
