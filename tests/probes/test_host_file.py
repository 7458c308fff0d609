"""One file of the host: each state it can be in, what it holds, and who may read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.check import Quote
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.probes.accounts import Accounts
from regdoctor.probes.host_file import host_file, look_at

PEM = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KEY = "etc/registry.key"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host's tree with a key that everyone may read, and users of its own."""
    root = tmp_path / "host"
    (root / "etc").mkdir(parents=True)
    (root / "etc").chmod(0o755)
    (root / KEY).write_text(PEM)
    (root / KEY).chmod(0o644)
    (root / "etc/passwd").write_text("git:x:998:997::/:/bin/sh\n")
    (root / "etc/group").write_text("git:x:997:\nssl:x:110:git\n")
    return root


def seen(root: Path, place: str = KEY) -> HostFile:
    """The file at a place below the root."""
    return host_file(root, root / place, f"/{place}", Quote("config.yml", f"key: /{place}", 3), Accounts(root))


def test_a_key_is_read_with_its_mode_and_its_owner_on_that_host(root: Path) -> None:
    path = root / KEY
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 998, 110)
    found = seen(root)
    assert (found.state, found.path, found.mode, found.problem) == (FileState.READABLE, f"/{KEY}", 0o640, "")
    assert found.contents is not None
    assert [fact.algorithm for fact in found.contents.private_keys] == ["Ed25519"]
    if os.geteuid() == 0:
        assert (found.owner, found.readable_by_git) == ("git:ssl", True)
        os.chown(path, 0, 110)
        assert seen(root).readable_by_git is True
        path.chmod(0o600)
        assert seen(root).readable_by_git is False


@pytest.mark.parametrize(
    ("place", "state", "problem"),
    [
        (KEY, FileState.READABLE, ""),
        ("etc/none", FileState.MISSING, "/x does not exist"),
        ("etc/passwd/x", FileState.MISSING, "/x does not exist"),
        ("etc/empty", FileState.EMPTY, "/x is empty"),
        ("etc", FileState.DIRECTORY, "/x is a directory"),
        ("etc/pipe", FileState.UNREADABLE, "a named pipe"),
        ("etc/loop", FileState.UNREADABLE, "a loop of symbolic links"),
        ("etc/" + "x" * 300, FileState.UNREADABLE, "/x: file name too long"),
    ],
)
def test_each_state_is_told_and_names_the_hosts_path(root: Path, place: str, state: FileState, problem: str) -> None:
    (root / "etc/empty").write_text(" \n")
    os.mkfifo(root / "etc/pipe")
    (root / "etc/loop").symlink_to("/etc/loop")
    found = look_at(root, root / place, "/x")
    assert found.state is state
    assert problem in found.problem


def test_a_file_that_may_not_be_read_is_told_with_its_mode(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    accounts = Accounts(root)
    monkeypatch.setattr("regdoctor.probes.files.os.open", refuse)  # root may read everything
    found = host_file(root, root / KEY, f"/{KEY}", Quote("config.yml", "key"), accounts)
    assert (found.state, found.mode, found.contents) == (FileState.UNREADABLE, 0o644, None)
    assert found.problem.endswith("permission denied")


def test_an_absolute_link_means_the_hosts_path(root: Path) -> None:
    (root / "etc/link").symlink_to(f"/{KEY}")
    found = seen(root, "etc/link")
    assert (found.state, found.path) == (FileState.READABLE, "/etc/link")


@pytest.mark.parametrize(("place", "there"), [("etc/none.crt", True), ("certs/none.crt", False)])
def test_a_missing_file_tells_whether_its_folder_is_there(root: Path, place: str, there: bool) -> None:
    assert seen(root, place).folder_there is there


@pytest.mark.parametrize(
    ("mode", "folder", "open_to_all"), [(0o644, 0o755, True), (0o644, 0o750, False), (0o640, 0o755, False)]
)
def test_a_file_is_open_to_all_where_the_folders_above_it_are(
    root: Path, mode: int, folder: int, open_to_all: bool
) -> None:
    (root / KEY).chmod(mode)
    (root / "etc").chmod(folder)
    assert (seen(root).mode, seen(root).open_to_all) == (mode, open_to_all)
