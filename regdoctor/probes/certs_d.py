"""Lists the certs.d folders of docker, containerd and podman."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterator
from pathlib import Path

from regdoctor.evidence.certs_d import CertificateFile, CertsD, CertsFolder, Client
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.pem import read_pem
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.host_tree import follow, list_below, read_below

_PLACES = {
    Client.DOCKER: "etc/docker/certs.d",
    Client.CONTAINERD: "etc/containerd/certs.d",
    Client.PODMAN: "etc/containers/certs.d",
}
_ENDINGS = (".crt", ".cert", ".key", ".pem", ".cer", ".ca")
_MOST_FOLDERS = 500
_MOST_FILES = 50


@probe(reads="the certs.d folders of docker, containerd and podman")
def certs_d(installation: Installation) -> CertsD:
    """What is in them. Raises NotApplicableError where there is none, UnreadableError where one is not ours to list."""
    root = installation.root
    if root is None:
        raise NotApplicableError("only single files were given, so no certs.d is looked at (--root DIR)")
    folders: list[CertsFolder] = []
    stray: list[CertificateFile] = []
    for client, place in _PLACES.items():
        for entry in list_below(root, root / place)[:_MOST_FOLDERS]:
            if _is_folder(root, entry):
                files = tuple(_file(installation, path) for path in list_below(root, entry)[:_MOST_FILES])
                folders.append(CertsFolder(client, entry.name, installation.name(entry), str(entry), files))
            else:
                stray.extend(_stray(installation, entry))
    if not folders and not stray:
        raise NotApplicableError("no client of this host has certificates for a registry (certs.d)")
    return CertsD(tuple(folders), tuple(stray))


def docker_folder(installation: Installation, name: str) -> CertsFolder | None:
    """Docker's folder for the registry that images call `name`; None where there is none, or it cannot be listed."""
    root = installation.root
    if root is None or "/" in name:
        return None
    folder = root / _PLACES[Client.DOCKER] / name
    try:
        files = tuple(_file(installation, path) for path in list_below(root, folder)[:_MOST_FILES])
    except UnreadableError:
        return None
    return CertsFolder(Client.DOCKER, name, installation.name(folder), str(folder), files) if files else None


def _is_folder(root: Path, path: Path) -> bool:
    try:
        return stat.S_ISDIR(follow(root, path).stat().st_mode)
    except OSError:
        return False


def _stray(installation: Installation, path: Path) -> Iterator[CertificateFile]:
    if path.name.endswith(_ENDINGS):
        yield _file(installation, path)


def _file(installation: Installation, path: Path) -> CertificateFile:
    plain = CertificateFile(path.name, installation.name(path), str(path))
    if not path.name.endswith(_ENDINGS):
        return plain
    try:
        return dataclasses.replace(plain, contents=read_pem(read_below(installation.root, path), str(path)))
    except UnreadableError as error:
        return dataclasses.replace(plain, problem=str(error))
