"""Reads the registry's rootcertbundle and GitLab's signing key, and who may read them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.host_file import host_file


@probe(reads="the files that auth.token.rootcertbundle and GitLab's registry.key name, and their permissions")
def signer_files(
    installation: Installation, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> SignerFiles:
    """Both files. Raises NotApplicableError where none is named, or where there is no root to follow the paths."""
    bundle = config.at("auth", "token", "rootcertbundle") if isinstance(config, RegistryConfig) else None
    key = gitlab.registry("key") if isinstance(gitlab, GitLabConfig) else None
    if installation.root is None:
        raise NotApplicableError("only single files were given, so the paths in them cannot be followed (--root DIR)")
    if not (installation.registry_config or installation.gitlab_yml or installation.live):
        raise NotApplicableError("a registry is described here and not installed: its files are not to be expected")
    named = bundle or key
    if named is None:
        raise NotApplicableError("no configuration names a certificate or a key of a token signer")
    if installation.dialect is Dialect.HELM and isinstance(named.value, Computed):
        raise NotApplicableError("the chart keeps the token signer's certificate and key in secrets of Kubernetes")
    # GitLab reads a relative path from its own folder, two above config/gitlab.yml.
    rails = installation.gitlab_yml.parent.parent if installation.gitlab_yml else None
    gitlabs_root = installation.gitlab_root or installation.root
    return SignerFiles(
        bundle=_file(installation, installation.root, bundle, None) if bundle else None,
        key=_file(installation, gitlabs_root, key, rails) if key else None,
    )


def _file(installation: Installation, root: Path, setting: Located, folder: Path | None) -> HostFile:
    """The file that a setting names on the node at `root`; `folder`: what a relative path is read from."""
    named, quote = setting.text() or "", setting.quote()
    of_gitlab = root == installation.gitlab_root
    path = installation.locate(named, of_gitlab=of_gitlab) or (folder / named if folder else None)
    if path is None or not named or "\0" in named:
        return HostFile(quote, named, FileState.MISSING, f"{setting.name} names no file that can be followed")
    found = host_file(root, path, installation.name(path), quote, Accounts(root))
    if found.state is not FileState.MISSING or found.folder_there or installation.live:
        return found
    why = f"neither {found.path} nor its folder is in this tree: it was not copied, or is a path inside a container"
    return dataclasses.replace(found, state=FileState.NOT_COPIED, problem=why)
