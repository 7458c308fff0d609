"""Paths of a host's tree: links and `..` stay below the root, and lead where they lead on that host."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import follow, list_below, read_below


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A host's tree, with a file of the same name outside it."""
    root = tmp_path / "host"
    (root / "etc").mkdir(parents=True)
    (root / "srv").mkdir()
    (root / "srv/key").write_text("the host's")
    (tmp_path / "key").write_text("this machine's")
    return root


@pytest.mark.parametrize("target", ["/srv/key", "../srv/key", "../../../srv/key", "/../srv/./key"])
def test_a_link_leads_where_it_leads_on_the_host(root: Path, target: str) -> None:
    (root / "etc/key").symlink_to(target)
    assert read_below(root, root / "etc/key") == b"the host's"


def test_a_link_to_a_path_of_this_machine_does_not_leave_the_tree(root: Path, tmp_path: Path) -> None:
    (root / "etc/key").symlink_to(tmp_path / "key")
    with pytest.raises(UnreadableError, match=r"etc/key: leads to .*/host/.*/key: no such file"):
        read_below(root, root / "etc/key")


def test_dots_do_not_lead_out(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        read_below(root, root / "../key")
    assert read_below(root, root / "etc/../../srv/key") == b"the host's"


def test_links_of_folders_and_chains_are_followed(root: Path) -> None:
    (root / "opt").symlink_to("/srv")
    (root / "etc/a").symlink_to("b")
    (root / "etc/b").symlink_to("/opt/key")
    assert follow(root, root / "etc/a") == root / "srv/key"


def test_a_link_that_spells_the_root_out_is_taken_as_meant(root: Path) -> None:
    (root / "etc/key").symlink_to(root / "srv/key")
    assert read_below(root, root / "etc/key") == b"the host's"


def test_a_loop_is_one_line(root: Path) -> None:
    (root / "etc/a").symlink_to("/etc/b")
    (root / "etc/b").symlink_to("/etc/a")
    with pytest.raises(UnreadableError, match=r"etc/a: a loop of symbolic links$"):
        follow(root, root / "etc/a")


def test_what_is_not_below_the_root_is_left_as_it_is(root: Path, tmp_path: Path) -> None:
    assert follow(root, tmp_path / "key") == tmp_path / "key"
    assert follow(None, root / "etc/x") == root / "etc/x"
    assert follow(Path("/"), root / "etc/x") == root / "etc/x"


def test_a_folder_is_listed_by_the_names_of_the_tree(root: Path) -> None:
    (root / "etc/certs").symlink_to("/srv")
    assert list_below(root, root / "etc/certs") == (root / "etc/certs/key",)
    assert list_below(root, root / "none") == ()
    assert list_below(root, root / "srv/key") == ()


def test_a_folder_that_may_not_be_listed_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may list everything
    with pytest.raises(UnreadableError, match=r"/etc: permission denied$"):
        list_below(root, root / "etc")
