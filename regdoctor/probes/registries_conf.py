"""Reads registries.conf of podman and skopeo, with its drop-ins."""

from __future__ import annotations

from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.registries_conf import RegistriesConfs, parse_registries_conf
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.host_tree import find_files, read_below

_PLACES = ("etc/containers/registries.conf", "etc/containers/registries.conf.d/*.conf")


@probe(reads="registries.conf of podman and skopeo, and registries.conf.d")
def registries_conf(installation: Installation) -> RegistriesConfs:
    """The files. Raises CouldNotGatherError with the reader's one line where one cannot be read."""
    try:
        paths = find_files(installation, FileKind.REGISTRIES_CONF, *_PLACES)
        found = tuple(parse_registries_conf(read_below(installation.root, path), str(path)) for path in paths)
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error
    if not found:
        raise NotApplicableError("this host has no registries.conf")
    return RegistriesConfs(found)
