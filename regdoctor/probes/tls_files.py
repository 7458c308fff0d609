"""Reads the certificates and keys that the registry, and GitLab's nginx, are given."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterator
from pathlib import Path

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.signer import FileState
from regdoctor.evidence.tls_files import TlsFile, TlsFiles, TlsPair
from regdoctor.formats.located import UnreadableError
from regdoctor.formats.pem import read_pem
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.host_tree import follow, list_below, read_below

_OMNIBUS = "etc/gitlab/ssl"
_MOST_FILES = 200


@probe(reads="the files of http.tls.certificate and http.tls.key, and /etc/gitlab/ssl, with their permissions")
def tls_files(installation: Installation, config: RegistryConfig | Absent) -> TlsFiles:
    """The pairs. Raises NotApplicableError where nothing names any, or no root is there to follow the paths."""
    if installation.root is None:
        raise NotApplicableError("only single files were given, so the paths in them cannot be followed (--root DIR)")
    accounts = Accounts(installation.root)
    pairs = list(_of_registry(installation, accounts, config)) if isinstance(config, RegistryConfig) else []
    try:
        ssl = _folder(installation, accounts)
    except UnreadableError as error:
        raise CouldNotGatherError(str(error)) from error
    for name, certificate in ssl.items():
        key = ssl.get(f"{name.removesuffix('.crt')}.key")
        if name.endswith(".crt") and key is not None:
            pairs.append(TlsPair("nginx", certificate, key))
    if not pairs and not ssl:
        raise NotApplicableError("no configuration of this host names a certificate for TLS")
    keys = [pair.key for pair in pairs if pair.key] + [file for name, file in ssl.items() if name.endswith(".key")]
    return TlsFiles(tuple(pairs), tuple({file.path: file for file in keys}.values()))


def _of_registry(installation: Installation, accounts: Accounts, config: RegistryConfig) -> Iterator[TlsPair]:
    """The registry's own pair. Paths of a container's file mean nothing on the host."""
    if installation.root is None or installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
        return
    cache = config.at("http", "tls", "letsencrypt", "cachefile")
    if cache is not None and cache.text():
        return  # then the files are not looked at
    settings = [config.at("http", "tls", name) for name in ("certificate", "key")]
    halves: list[TlsFile | None] = []
    for setting in settings:
        named = setting.text() if setting is not None else None
        path = installation.locate(named) if named and "\0" not in named else None
        if setting is None or not named:
            halves.append(None)
        elif path is None:
            return  # relative to the folder that the registry is started in, which nothing tells
        else:
            halves.append(_file(installation, accounts, path, setting.quote()))
    if any(halves):
        yield TlsPair("registry", *halves)


def _folder(installation: Installation, accounts: Accounts) -> dict[str, TlsFile]:
    """The certificates and keys of Omnibus's folder, by name."""
    if installation.root is None or installation.dialect is not Dialect.OMNIBUS:
        return {}
    entries = list_below(installation.root, installation.root / _OMNIBUS)[:_MOST_FILES]
    return {
        path.name: _file(installation, accounts, path, Quote(str(path), path.name))
        for path in entries
        if path.name.endswith((".crt", ".key"))
    }


def _file(installation: Installation, accounts: Accounts, path: Path, named_by: Quote) -> TlsFile:
    name = installation.name(path)
    try:
        found = follow(installation.root, path).stat()
    except (FileNotFoundError, NotADirectoryError):
        missing = TlsFile(named_by, name, FileState.MISSING, f"{name} does not exist")
        return dataclasses.replace(missing, folder_there=_is_folder(installation, path.parent))
    except (OSError, UnreadableError) as error:
        words = (error.strerror or "cannot be read").lower() if isinstance(error, OSError) else str(error)
        return TlsFile(named_by, name, FileState.UNREADABLE, f"{name}: {words}")
    if stat.S_ISDIR(found.st_mode):
        return TlsFile(named_by, name, FileState.DIRECTORY, f"{name} is a directory")
    state, problem, contents = FileState.READABLE, "", None
    try:
        data = read_below(installation.root, path)
    except UnreadableError as error:
        state, problem = FileState.UNREADABLE, str(error)
    else:
        contents = read_pem(data, str(path))
        if not data.strip():
            state, problem = FileState.EMPTY, f"{name} is empty"
    return TlsFile(
        named_by,
        name,
        state,
        problem,
        contents,
        mode=stat.S_IMODE(found.st_mode),
        owner=accounts.owner(found.st_uid, found.st_gid),
        open_to_all=bool(found.st_mode & stat.S_IROTH) and _may_all_enter(installation, path),
    )


def _is_folder(installation: Installation, path: Path) -> bool:
    try:
        return stat.S_ISDIR(follow(installation.root, path).stat().st_mode)
    except (OSError, UnreadableError):
        return False


def _may_all_enter(installation: Installation, path: Path) -> bool:
    """Whether every folder of the host above the file lets everyone through."""
    there, root = follow(installation.root, path), installation.root
    above = [folder for folder in there.parents if root is None or (folder != root and folder.is_relative_to(root))]
    try:
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in above)
    except OSError:
        return False
