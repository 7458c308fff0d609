"""What is at auth.htpasswd.path, as the host sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.htpasswd import HtpasswdFile
from regdoctor.evidence.installation import Installation
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.probe import NotApplicableError
from regdoctor.probes.htpasswd import htpasswd

CANARY = "$2y$05$" + "canary" * 8 + "abcde"


def gather(root: Path | None, path: str = "/auth/htpasswd", dialect: Dialect = Dialect.PLAIN) -> HtpasswdFile:
    config = parse_registry_config(f"auth:\n  htpasswd:\n    path: {path}\n".encode(), "config.yml")
    found = htpasswd.gather(Installation(root, dialect, live=False), config)
    assert isinstance(found, HtpasswdFile)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host's tree with a folder for the file."""
    (tmp_path / "auth").mkdir()
    return tmp_path


def test_the_users_are_read_without_their_hashes(root: Path) -> None:
    (root / "auth/htpasswd").write_text(f"anna:{CANARY}\n")
    found = gather(root)

    assert (found.path, found.source) == ("/auth/htpasswd", str(root / "auth/htpasswd"))
    assert found.state is FileState.READABLE
    assert [entry.user for entry in found.entries] == ["anna"]
    assert found.named_by.line == 3
    assert "canary" not in repr(found)


def test_a_link_leads_where_it_leads_on_the_host(root: Path) -> None:
    (root / "users").write_text(f"anna:{CANARY}\n")
    (root / "auth/htpasswd").symlink_to("/users")

    assert gather(root).state is FileState.READABLE


def test_what_is_no_file_is_told(root: Path) -> None:
    assert gather(root).state is FileState.MISSING
    assert gather(root, "/nowhere/htpasswd").state is FileState.MISSING
    assert gather(root, "/auth").state is FileState.DIRECTORY
    (root / "auth/htpasswd").write_text("# nobody\n")
    assert gather(root).state is FileState.EMPTY
    (root / "auth/loop").symlink_to("loop")
    loop = gather(root, "/auth/loop")
    assert loop.state is FileState.UNREADABLE
    assert "loop" in loop.problem


@pytest.mark.parametrize("dialect", [Dialect.COMPOSE, Dialect.HELM])
def test_a_containers_path_is_not_looked_for_on_the_host(root: Path, dialect: Dialect) -> None:
    with pytest.raises(NotApplicableError, match="container"):
        gather(root, dialect=dialect)


def test_without_a_root_or_a_path_there_is_nothing_to_read(root: Path) -> None:
    with pytest.raises(NotApplicableError, match="--root"):
        gather(None, "relative/htpasswd")
    with pytest.raises(NotApplicableError, match="--root"):
        gather(None)
    with pytest.raises(NotApplicableError, match="names no file"):
        gather(root, "")
