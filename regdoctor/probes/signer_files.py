"""Reads the registry's rootcertbundle and GitLab's signing key, and who may read them."""

from __future__ import annotations

import stat

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.signer import FileState, SignerFile, SignerFiles
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located, UnreadableError
from regdoctor.formats.pem import read_pem
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.files import read_file


@probe(reads="the files that auth.token.rootcertbundle and GitLab's registry.key name, and their permissions")
def signer_files(
    installation: Installation, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> SignerFiles:
    """Both files. Raises NotApplicableError where none is named, or where there is no root to follow the paths."""
    bundle = config.at("auth", "token", "rootcertbundle") if isinstance(config, RegistryConfig) else None
    key = gitlab.registry("key") if isinstance(gitlab, GitLabConfig) else None
    if installation.root is None:
        raise NotApplicableError("only single files were given, so the paths in them cannot be followed (--root DIR)")
    if bundle is None and key is None:
        raise NotApplicableError("no configuration names a certificate or a key of a token signer")
    accounts = Accounts(installation.root)
    return SignerFiles(
        bundle=_file(installation, accounts, bundle, config) if bundle else None,
        key=_file(installation, accounts, key, gitlab) if key else None,
    )


def _file(installation: Installation, accounts: Accounts, setting: Located, config: object) -> SignerFile:
    named = setting.text() or ""
    path = installation.locate(named)
    if path is None and isinstance(config, GitLabConfig) and installation.gitlab_yml is not None:
        # GitLab reads a relative path from its own folder, two above config/gitlab.yml.
        path = installation.gitlab_yml.parent.parent / named
    quote = setting.quote()
    if path is None or not named:
        return SignerFile(quote, named, FileState.MISSING, f"{setting.name} names no file that can be followed")
    name = installation.name(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        return SignerFile(quote, name, FileState.MISSING, f"{name} does not exist")
    except OSError as error:
        return SignerFile(quote, name, FileState.UNREADABLE, f"{name}: {error.strerror}")
    if stat.S_ISDIR(found.st_mode):
        return SignerFile(quote, name, FileState.DIRECTORY, f"{name} is a directory")
    try:
        data = read_file(path)
    except UnreadableError as error:
        state, problem, contents = FileState.UNREADABLE, str(error), None
    else:
        state = FileState.READABLE if data.strip() else FileState.EMPTY
        problem = "" if data.strip() else f"{name} is empty"
        contents = read_pem(data, str(path)) if data.strip() else None
    return SignerFile(
        named_by=quote,
        path=name,
        state=state,
        problem=problem,
        contents=contents,
        mode=stat.S_IMODE(found.st_mode),
        owner=accounts.owner(found.st_uid, found.st_gid),
        readable_by_git=accounts.may_read("git", found),
    )
