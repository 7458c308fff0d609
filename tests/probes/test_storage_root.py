"""The registry's rootdirectory, and files that lie one level beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.storage_root import FoundRegistry, StorageRoot
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.probe import NotApplicableError
from regdoctor.probes.storage_root import storage_root


def _look(root: Path | None, rootdirectory: str = "/srv/registry") -> StorageRoot:
    text = f"storage:\n  filesystem:\n    rootdirectory: {rootdirectory}\n"
    config = parse_registry_config(text.encode(), "/etc/docker/registry/config.yml")
    found = storage_root.gather(Installation(root, Dialect.PLAIN, live=False), config)
    assert isinstance(found, StorageRoot)
    return found


def _registry(folder: Path) -> None:
    for part in ("blobs", "repositories"):
        (folder / part).mkdir(parents=True)


def test_the_right_place(tmp_path: Path) -> None:
    _registry(tmp_path / "srv/registry/docker/registry/v2")
    found = _look(tmp_path)

    assert (found.path, found.holds_registry, found.elsewhere, found.problem) == ("/srv/registry", True, (), "")
    assert found.named.line == 3


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "srv/registry").mkdir(parents=True)
    found = _look(tmp_path)

    assert not found.holds_registry
    assert found.elsewhere == ()


@pytest.mark.parametrize(
    ("rootdirectory", "right"),
    [("/srv/x/docker", "/srv/x"), ("/srv/x/docker/registry", "/srv/x"), ("/srv/x/docker/registry/v2", "/srv/x")],
)
def test_a_rootdirectory_that_is_too_deep_and_the_right_one(tmp_path: Path, rootdirectory: str, right: str) -> None:
    _registry(tmp_path / "srv/x/docker/registry/v2")

    assert _look(tmp_path, rootdirectory).elsewhere == (FoundRegistry("/srv/x/docker/registry/v2", right),)


@pytest.mark.parametrize("place", ["registry/v2", "v2", ""])
def test_files_that_were_copied_without_the_folders_above(tmp_path: Path, place: str) -> None:
    _registry(tmp_path / "srv/registry" / place)

    assert _look(tmp_path).elsewhere == (FoundRegistry(str(Path("/srv/registry") / place)),)


def test_files_that_were_copied_with_a_folder_too_many(tmp_path: Path) -> None:
    _registry(tmp_path / "srv/registry/old/docker/registry/v2")

    assert _look(tmp_path).elsewhere == (FoundRegistry("/srv/registry/old/docker/registry/v2", "/srv/registry/old"),)


def test_a_link_leads_where_it_leads_on_the_host(tmp_path: Path) -> None:
    _registry(tmp_path / "data/docker/registry/v2")
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/registry").symlink_to("/data")

    assert _look(tmp_path).holds_registry


def test_a_file_in_place_of_the_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/registry").write_text("")

    assert _look(tmp_path).elsewhere == ()


def test_a_folder_that_is_not_there_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError, match="/srv/registry is not there"):
        _look(tmp_path)


@pytest.mark.parametrize("rootdirectory", ["relative/path", ""])
def test_a_path_that_cannot_be_followed_does_not_apply(tmp_path: Path, rootdirectory: str) -> None:
    with pytest.raises(NotApplicableError):
        _look(tmp_path, rootdirectory)
    with pytest.raises(NotApplicableError):
        _look(None)


def test_what_cannot_be_entered_beside_the_right_place_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "srv/registry").mkdir(parents=True)
    (tmp_path / "srv/registry/lost").symlink_to("lost")

    assert _look(tmp_path).elsewhere == ()


def test_a_right_place_that_cannot_be_entered_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "srv/registry").mkdir(parents=True)
    (tmp_path / "srv/registry/docker").symlink_to("docker")
    found = _look(tmp_path)

    assert "loop" in found.problem
    assert not found.holds_registry
