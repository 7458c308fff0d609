"""Which account the registry runs as: of its process, its systemd unit, or Omnibus' settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.evidence.storage_folder import Account
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.process_account import process_account

_OMNIBUS = "registry"
"""registry['username'] where it is not set (registry/attributes/default.rb of omnibus-gitlab's cookbooks)."""


def registry_account(
    installation: Installation, accounts: Accounts, service: ServiceEnvironment | Absent, rb: GitLabRb | Absent
) -> Account:
    """The account. Raises CouldNotGatherError, with the reason, where it is not known."""
    if installation.process is not None:
        found = process_account(installation.process)
        if found is None:
            raise CouldNotGatherError(f"whom process {installation.process.pid} is for the file system cannot be told")
        return _with_name(found, accounts)
    if installation.dialect is Dialect.OMNIBUS:
        setting = rb.at("registry", "username") if isinstance(rb, GitLabRb) else None
        name = (setting.text() if setting is not None else None) or _OMNIBUS
        # chpst -u gives a service the groups that it names, and none of /etc/group.
        return _of_name(name, accounts, setting.quote() if setting is not None else _passwd(name), all_groups=True)
    if isinstance(service, ServiceEnvironment):
        name = (service.user.text() if service.user is not None else None) or "root"
        said = service.user.quote() if service.user is not None else Quote(service.source, "no User=: root")
        return _of_name(name, accounts, said, all_groups=False)
    raise CouldNotGatherError("no registry runs here, and no systemd unit says as which user it would")


def gitlab_account(accounts: Accounts, rb: GitLabRb | Absent) -> Account | None:
    """The user as whom backups are made: git, or user['username'] of gitlab.rb; None where the host has none."""
    setting = rb.at("user", "username") if isinstance(rb, GitLabRb) else None
    name = (setting.text() if setting is not None else None) or "git"
    try:
        return _of_name(name, accounts, setting.quote() if setting is not None else _passwd(name), all_groups=True)
    except CouldNotGatherError:
        return None


def keeps_owners(root: Path, accounts: Accounts) -> bool:
    """Whether the owners of files in a tree are those of its host: a copy mostly belongs to whoever made it.

    Told by the home folders: at least one belongs to its user, by the tree's own /etc/passwd.
    """
    for home, uid in accounts.homes().items():
        try:
            if (root / home.lstrip("/")).lstat().st_uid == uid:
                return True
        except (OSError, ValueError):
            continue
    return False


def _with_name(account: Account, accounts: Accounts) -> Account:
    name = accounts.name_of(account.uid)
    return replace(account, name=name)


def _of_name(name: str, accounts: Accounts, said_by: Quote, *, all_groups: bool) -> Account:
    if name in ("root", "0"):
        return Account("root", 0, frozenset((0,)), said_by, overrides=True)
    numbers = accounts.numbers(name)
    if numbers is None:
        raise CouldNotGatherError(f"the registry runs as {name}, whom the host's /etc/passwd does not know")
    return Account(name, numbers[0], accounts.groups_of(name), said_by, all_groups=all_groups)


def _passwd(name: str) -> Quote:
    return Quote("/etc/passwd", f"the user {name}")
