"""As whom GitLab's backups read the registry's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.injection import Absent
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.storage_account import gitlab_account


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """A host with the users git and gitlab; gitlab is also in the registry's group."""
    (tmp_path / "etc").mkdir()
    rows = ("git:x:998:998::/var/opt/gitlab:/bin/sh", "gitlab:x:1200:1200::/srv/gitlab:/bin/sh")
    (tmp_path / "etc/passwd").write_text("\n".join(rows) + "\n")
    (tmp_path / "etc/group").write_text("git:x:998:\ngitlab:x:1200:\nregistry:x:993:gitlab\n")
    return Accounts(tmp_path)


def test_backups_are_made_as_git(accounts: Accounts) -> None:
    account = gitlab_account(accounts, Absent("none"))
    assert account is not None
    assert (account.name, account.uid, account.groups) == ("git", 998, frozenset((998,)))


def test_backups_are_made_as_the_user_that_gitlab_rb_names(accounts: Accounts) -> None:
    account = gitlab_account(accounts, parse_gitlab_rb(b"user['username'] = 'gitlab'\n", "/etc/gitlab/gitlab.rb"))
    assert account is not None
    assert (account.name, account.uid, account.groups) == ("gitlab", 1200, frozenset((1200, 993)))
    assert account.said_by.source == "/etc/gitlab/gitlab.rb"


def test_a_host_without_that_user_makes_no_backups(accounts: Accounts) -> None:
    assert gitlab_account(accounts, parse_gitlab_rb(b"user['username'] = 'nobody-here'\n", "gitlab.rb")) is None
