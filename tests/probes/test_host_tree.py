"""Paths of a host's tree: links and `..` stay below the root, and lead where they lead on that host."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import follow, list_below, read_below, read_files


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


def _parse(data: bytes, source: str) -> tuple[bytes, str]:
    if not data:
        raise UnreadableError(f"{source}: empty")
    return data, source


def test_each_file_of_a_kind_is_parsed_in_the_order_of_places_and_names(tmp_path: Path) -> None:
    (tmp_path / "etc/jobs.d").mkdir(parents=True)
    for name in ("etc/jobs.d/b", "etc/jobs.d/a", "etc/jobs"):
        (tmp_path / name).write_text(name)
    here = Installation(tmp_path, Dialect.PLAIN, live=False)
    found = read_files(here, FileKind.CRON, _parse, "etc/jobs", "etc/jobs.d/*", "etc/none")
    assert found == tuple(
        (name.encode(), str(tmp_path / name)) for name in ("etc/jobs", "etc/jobs.d/a", "etc/jobs.d/b")
    )


def test_files_named_by_hand_take_the_place_of_all_others(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("1")
    here = Installation(None, Dialect.PLAIN, live=False, named={FileKind.CRON: (tmp_path / "mine",)})
    assert read_files(here, FileKind.CRON, _parse, "etc/jobs") == ((b"1", str(tmp_path / "mine")),)


def test_a_broken_file_of_a_kind_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("")
    with pytest.raises(UnreadableError, match=r"jobs: empty$"):
        read_files(Installation(tmp_path, Dialect.PLAIN, live=False), FileKind.CRON, _parse, "jobs")
